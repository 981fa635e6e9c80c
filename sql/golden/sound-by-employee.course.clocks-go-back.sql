-- sound-by-employee by week?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
SELECT
  roundDown(intDiv(toUnixTimestamp64Micro(started_at), 1000000), {weeks: Array(Int64)}) AS key,
  indexOf({across: Array(String)}, employee) AS across,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS measuredCalls
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))
GROUP BY key, across
ORDER BY key, across;
-- from = 1792879200000000
-- to = 1792969200000000
-- weeks = [1792360800]
-- across = ["one","other"]
