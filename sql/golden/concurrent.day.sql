-- concurrent?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
WITH
  toUnixTimestamp64Milli(started_at) AS begun,
  least(toUnixTimestamp64Milli(ended_at), toUnixTimestamp64Milli(started_at) + 86400000) AS ended
SELECT
  key,
  maxIntersectionsIf(greatest(begun, {since: Int64}, key * 1000), ended, ended > greatest(begun, {since: Int64}, key * 1000) AND direction IN ('in', 'out')) AS peakLines,
  maxIntersectionsPositionIf(greatest(begun, {since: Int64}, key * 1000), ended, ended > greatest(begun, {since: Int64}, key * 1000) AND direction IN ('in', 'out')) AS peakAt
FROM calls
ARRAY JOIN arrayDistinct(arrayMap(second -> roundDown(second, {hours: Array(Int64)}), arrayConcat(range(intDiv(begun, 1000), intDiv(ended - 1, 1000), 1800), [intDiv(ended - 1, 1000)]))) AS key
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction IN ('in', 'out')
  AND least(toUnixTimestamp64Milli(ended_at), toUnixTimestamp64Milli(started_at) + 86400000) >= {since: Int64}
GROUP BY key
ORDER BY key;
-- from = 1795381200000000
-- to = 1795554000000000
-- since = 1795467600000
-- hours = [1795467600,1795471200,1795474800,1795478400,1795482000,1795485600,1795489200,1795492800,1795496400,1795500000,1795503600,1795507200,1795510800,1795514400,1795518000,1795521600,1795525200,1795528800,1795532400,1795536000,1795539600,1795543200,1795546800,1795550400]
