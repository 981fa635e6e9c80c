-- missed-by-group?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in&answered=false
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  group_id AS key,
  countIf(direction = 'in' AND result != 'answered') AS inMissed,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'busy_hit') AS busyHit,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'out_of_hours') AS outOfHours,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'short_abandon') AS shortAbandon,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'not_taken') AS notTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
  AND result != 'answered'
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
