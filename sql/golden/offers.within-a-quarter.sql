-- offers?from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  sum(length(offered_to)) AS offers,
  sum(length(untaken_by)) AS offersNotTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC');
-- from = 1795503900000000
-- to = 1795510800000000
