-- concurrent-by-day?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
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
  AND direction IN ('in', 'out')
  AND least(toUnixTimestamp64Milli(ended_at), toUnixTimestamp64Milli(started_at) + 86400000) >= {since: Int64}
GROUP BY key
ORDER BY key;
-- from = 1792789200000000
-- to = 1795467600000000
-- since = 1792875600000
-- days = [1792875600,1792962000,1793048400,1793134800,1793221200,1793307600,1793394000,1793480400,1793566800,1793653200,1793739600,1793826000,1793912400,1793998800,1794085200,1794171600,1794258000,1794344400,1794430800,1794517200,1794603600,1794690000,1794776400,1794862800,1794949200,1795035600,1795122000,1795208400,1795294800,1795381200]
