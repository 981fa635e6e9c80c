-- offers?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from rows. Written by npm run golden.
SELECT
  sum(length(offered_to)) AS offers,
  sum(length(untaken_by)) AS offersNotTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC');
-- from = 1795458600000000
-- to = 1795545000000000
