-- concurrent?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from rows. Written by npm run golden.
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
-- from = 1795372200000000
-- to = 1795545000000000
-- since = 1795458600000
-- hours = [1795458600,1795462200,1795465800,1795469400,1795473000,1795476600,1795480200,1795483800,1795487400,1795491000,1795494600,1795498200,1795501800,1795505400,1795509000,1795512600,1795516200,1795519800,1795523400,1795527000,1795530600,1795534200,1795537800,1795541400]
