-- concurrent-by-day?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in&answered=false
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
WITH
  toUnixTimestamp64Milli(started_at) AS begun,
  least(toUnixTimestamp64Milli(ended_at), toUnixTimestamp64Milli(started_at) + 86400000) AS ended
SELECT
  key,
  maxIntersectionsIf(greatest(begun, {since: Int64}, key * 1000), ended, ended > greatest(begun, {since: Int64}, key * 1000) AND direction IN ('in', 'out')) AS peakLines,
  maxIntersectionsPositionIf(greatest(begun, {since: Int64}, key * 1000), ended, ended > greatest(begun, {since: Int64}, key * 1000) AND direction IN ('in', 'out')) AS peakAt
FROM calls
ARRAY JOIN arrayDistinct(arrayMap(second -> roundDown(second, {days: Array(Int64)}), arrayConcat(range(intDiv(begun, 1000), intDiv(ended - 1, 1000), 1800), [intDiv(ended - 1, 1000)]))) AS key
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
  AND result != 'answered'
  AND least(toUnixTimestamp64Milli(ended_at), toUnixTimestamp64Milli(started_at) + 86400000) >= {since: Int64}
GROUP BY key
ORDER BY key;
-- from = 1795381200000000
-- to = 1795554000000000
-- since = 1795467600000
-- days = [1795467600]
