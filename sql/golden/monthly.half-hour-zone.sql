-- monthly?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from quarters. Written by npm run golden.
SELECT
  roundDown(toInt64(toUnixTimestamp(quarter)), {months: Array(Int64)}) AS key,
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
-- from = 1795458600
-- to = 1795545000
-- months = [1793471400]
