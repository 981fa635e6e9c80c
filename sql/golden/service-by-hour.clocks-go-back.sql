-- service-by-hour?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from quarters. Written by npm run golden.
SELECT
  roundDown(toInt64(toUnixTimestamp(quarter)), {hours: Array(Int64)}) AS key,
  sumIf(n, direction = 'in') AS offered,
  sumIf(n, direction = 'in' AND result = 'answered' AND waited <= {countedWaitMax: Int64}) AS answeredInTime,
  sumIf(n, direction = 'in' AND result = 'answered' AND waited >= {countedWaitMin: Int64}) AS answeredLate,
  sumIf(n, direction = 'in' AND result != 'answered') AS notAnswered,
  sumIf(ring, direction = 'in' AND result = 'answered') AS waitSeconds,
  sumIf(n, direction = 'in' AND result = 'answered') AS inAnswered,
  sumIf(talk, result = 'answered') AS talkSeconds,
  sumIf(n, result = 'answered') AS answered
FROM (
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0))) AS ring, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND toStartOfFifteenMinutes(started_at) >= toDateTime({from: UInt32}, 'UTC')
    AND toStartOfFifteenMinutes(started_at) < toDateTime({to: UInt32}, 'UTC')
    AND direction = 'in'
  GROUP BY quarter, direction, result, missed_kind, waited
)
GROUP BY key
ORDER BY key;
-- from = 1792879200
-- to = 1792969200
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- hours = [1792879200,1792882800,1792886400,1792890000,1792893600,1792897200,1792900800,1792904400,1792908000,1792911600,1792915200,1792918800,1792922400,1792926000,1792929600,1792933200,1792936800,1792940400,1792944000,1792947600,1792951200,1792954800,1792958400,1792962000,1792965600]
