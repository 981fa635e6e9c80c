-- sound-by-trunk?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  trunk AS key,
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
  AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
-- countedMosMax = 3.6
