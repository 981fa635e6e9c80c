-- concurrent?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
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
-- from = 1792792800000000
-- to = 1792969200000000
-- since = 1792879200000
-- hours = [1792879200,1792882800,1792886400,1792890000,1792893600,1792897200,1792900800,1792904400,1792908000,1792911600,1792915200,1792918800,1792922400,1792926000,1792929600,1792933200,1792936800,1792940400,1792944000,1792947600,1792951200,1792954800,1792958400,1792962000,1792965600]
