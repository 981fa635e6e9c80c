-- incoming-totals?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from quarters. Written by npm run golden.
SELECT
  sumIf(n, direction = 'in') AS in,
  sumIf(n, direction = 'in' AND result != 'answered' AND missed_kind IN ('out_of_hours', 'short_abandon', 'not_taken')) AS missedButBusy,
  sumIf(n, direction = 'in' AND result != 'answered' AND missed_kind = 'busy_hit') AS busyHit
FROM (
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count() AS n
  FROM calls
  WHERE tenant = {tenant: String}
    AND toStartOfFifteenMinutes(started_at) >= toDateTime({from: UInt32}, 'UTC')
    AND toStartOfFifteenMinutes(started_at) < toDateTime({to: UInt32}, 'UTC')
    AND direction = 'in'
  GROUP BY quarter, direction, result, missed_kind
);
-- from = 1792875600
-- to = 1795467600
