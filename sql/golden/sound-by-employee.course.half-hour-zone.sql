-- sound-by-employee by hour?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from rows. Written by npm run golden.
SELECT
  roundDown(intDiv(toUnixTimestamp64Micro(started_at), 1000000), {hours: Array(Int64)}) AS key,
  indexOf({across: Array(String)}, employee) AS across,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS measuredCalls
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))
GROUP BY key, across
ORDER BY key, across;
-- from = 1795458600000000
-- to = 1795545000000000
-- hours = [1795458600,1795462200,1795465800,1795469400,1795473000,1795476600,1795480200,1795483800,1795487400,1795491000,1795494600,1795498200,1795501800,1795505400,1795509000,1795512600,1795516200,1795519800,1795523400,1795527000,1795530600,1795534200,1795537800,1795541400]
-- across = ["one","other"]
