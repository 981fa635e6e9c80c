-- incoming-totals?from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  countIf(direction = 'in') AS in,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind IN ('out_of_hours', 'short_abandon', 'not_taken')) AS missedButBusy,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'busy_hit') AS busyHit
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in';
-- from = 1795503900000000
-- to = 1795510800000000
