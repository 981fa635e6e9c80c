-- sound-by-hour?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&shortAbandons=exclude
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  roundDown(intDiv(toUnixTimestamp64Micro(started_at), 1000000), {hours: Array(Int64)}) AS key,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS measuredCalls,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos)) AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND mos <= {countedMosMax: Float64})) AS poorCalls,
  sumIf(toFloat64(ifNull(mos, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS mosTotal,
  sumIf(toFloat64(ifNull(loss, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS lossTotal,
  sumIf(toFloat64(ifNull(jitter, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS jitterTotal,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND (left_silent OR right_silent))) AS silentCalls
FROM calls
LEFT ANY JOIN (SELECT id, mos, loss, jitter, left_silent OR right_silent AS one_way, left_network, right_network FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')) AS sound USING (id)
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND missed_kind != 'short_abandon'
  AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
-- countedMosMax = 3.6
-- hours = [1795467600,1795471200,1795474800,1795478400,1795482000,1795485600,1795489200,1795492800,1795496400,1795500000,1795503600,1795507200,1795510800,1795514400,1795518000,1795521600,1795525200,1795528800,1795532400,1795536000,1795539600,1795543200,1795546800,1795550400]
