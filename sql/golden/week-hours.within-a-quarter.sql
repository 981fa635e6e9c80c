-- week-hours?from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  concat(toString(toDayOfWeek(started_at, 0, {zone: String})), '-', toString(toHour(started_at, {zone: String}))) AS key,
  count() AS calls,
  countIf(direction = 'in') AS in,
  countIf(direction = 'in' AND result != 'answered') AS inMissed,
  countIf(direction = 'out') AS out
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
GROUP BY key
ORDER BY key;
-- from = 1795503900000000
-- to = 1795510800000000
-- zone = "Europe/Moscow"
