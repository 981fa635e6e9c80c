-- service-by-day?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from quarters. Written by npm run golden.
SELECT
  roundDown(toInt64(toUnixTimestamp(quarter)), {days: Array(Int64)}) AS key,
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
-- days = [1792879200]
