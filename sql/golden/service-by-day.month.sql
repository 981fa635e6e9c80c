-- service-by-day?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from quarters. Written by npm run golden.
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
-- from = 1792875600
-- to = 1795467600
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- days = [1792875600,1792962000,1793048400,1793134800,1793221200,1793307600,1793394000,1793480400,1793566800,1793653200,1793739600,1793826000,1793912400,1793998800,1794085200,1794171600,1794258000,1794344400,1794430800,1794517200,1794603600,1794690000,1794776400,1794862800,1794949200,1795035600,1795122000,1795208400,1795294800,1795381200]
