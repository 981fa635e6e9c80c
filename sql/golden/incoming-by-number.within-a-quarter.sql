-- incoming-by-number?from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  number AS key,
  countIf(direction = 'in') AS in,
  countIf(direction = 'in' AND result = 'answered') AS inAnswered,
  countIf(direction = 'in' AND result != 'answered') AS inMissed,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
GROUP BY key
ORDER BY key;
-- from = 1795503900000000
-- to = 1795510800000000
