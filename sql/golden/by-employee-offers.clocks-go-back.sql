-- by-employee-offers?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
SELECT
  arrayJoin(arrayDistinct(offered_to)) AS key,
  sum(arrayCount(e -> e = key, offered_to)) AS offers,
  sum(arrayCount(e -> e = key, untaken_by)) AS offersNotTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
GROUP BY key
ORDER BY key;
-- from = 1792879200000000
-- to = 1792969200000000
