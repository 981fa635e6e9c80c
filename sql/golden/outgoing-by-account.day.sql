-- outgoing-by-account?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  caller AS key,
  countIf(direction = 'out') AS out,
  countIf(direction = 'out' AND result = 'answered') AS outAnswered,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'out'
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
