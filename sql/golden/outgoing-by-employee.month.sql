-- outgoing-by-employee?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from days. Written by npm run golden.
SELECT
  employee AS key,
  sum(n) AS calls,
  sumIf(talk, result = 'answered') AS talkSeconds
FROM (
  SELECT employee, direction, result, missed_kind, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND direction = 'out'
    AND toDate(started_at) >= toDate(fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC'))
    AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({endDay: Int64}, 'UTC'))
  GROUP BY employee, direction, result, missed_kind
  UNION ALL
  SELECT employee, direction, result, missed_kind, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND direction = 'out'
    AND (started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC') OR started_at >= fromUnixTimestamp64Micro({endDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC'))
  GROUP BY employee, direction, result, missed_kind
)
GROUP BY key
ORDER BY key;
-- from = 1792875600000000
-- firstDay = 1792886400000000
-- to = 1795467600000000
-- endDay = 1795392000000000
