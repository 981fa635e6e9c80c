-- service-by-group?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from days. Written by npm run golden.
SELECT
  group_id AS key,
  sumIf(n, direction = 'in') AS offered,
  sumIf(n, direction = 'in' AND result = 'answered' AND waited <= {countedWaitMax: Int64}) AS answeredInTime,
  sumIf(n, direction = 'in' AND result = 'answered' AND waited >= {countedWaitMin: Int64}) AS answeredLate,
  sumIf(n, direction = 'in' AND result != 'answered') AS notAnswered,
  sumIf(ring, direction = 'in' AND result = 'answered') AS waitSeconds,
  sumIf(n, direction = 'in' AND result = 'answered') AS inAnswered,
  sumIf(talk, result = 'answered') AS talkSeconds,
  sumIf(n, result = 'answered') AS answered
FROM (
  SELECT group_id, direction, result, missed_kind, if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0))) AS ring, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND direction = 'in'
    AND toDate(started_at) >= toDate(fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC'))
    AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({endDay: Int64}, 'UTC'))
  GROUP BY group_id, direction, result, missed_kind, waited
  UNION ALL
  SELECT group_id, direction, result, missed_kind, if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0))) AS ring, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND direction = 'in'
    AND (started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC') OR started_at >= fromUnixTimestamp64Micro({endDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC'))
  GROUP BY group_id, direction, result, missed_kind, waited
)
GROUP BY key
ORDER BY key;
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- from = 1792875600000000
-- firstDay = 1792886400000000
-- to = 1795467600000000
-- endDay = 1795392000000000
