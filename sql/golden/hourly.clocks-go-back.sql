-- hourly?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from quarters. Written by npm run golden.
SELECT
  roundDown(toInt64(toUnixTimestamp(quarter)), {hours: Array(Int64)}) AS key,
  sumIf(n, direction = 'out') AS out,
  sumIf(n, direction = 'out' AND result != 'answered') AS outFailed,
  sumIf(n, direction = 'in') AS in,
  sumIf(n, direction = 'in' AND result != 'answered') AS inMissed
FROM (
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count() AS n
  FROM calls
  WHERE tenant = {tenant: String}
    AND toStartOfFifteenMinutes(started_at) >= toDateTime({from: UInt32}, 'UTC')
    AND toStartOfFifteenMinutes(started_at) < toDateTime({to: UInt32}, 'UTC')
  GROUP BY quarter, direction, result, missed_kind
)
GROUP BY key
ORDER BY key;
-- from = 1792879200
-- to = 1792969200
-- hours = [1792879200,1792882800,1792886400,1792890000,1792893600,1792897200,1792900800,1792904400,1792908000,1792911600,1792915200,1792918800,1792922400,1792926000,1792929600,1792933200,1792936800,1792940400,1792944000,1792947600,1792951200,1792954800,1792958400,1792962000,1792965600]
