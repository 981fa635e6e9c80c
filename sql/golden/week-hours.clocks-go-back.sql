-- week-hours?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
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
-- from = 1792879200000000
-- to = 1792969200000000
-- zone = "Europe/Berlin"
