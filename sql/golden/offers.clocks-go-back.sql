-- offers?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
SELECT
  sum(length(offered_to)) AS offers,
  sum(length(untaken_by)) AS offersNotTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC');
-- from = 1792879200000000
-- to = 1792969200000000
