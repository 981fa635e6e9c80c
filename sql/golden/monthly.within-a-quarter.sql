-- monthly?from=2026-11-24T07:05:00Z&to=2026-11-24T09:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  roundDown(intDiv(toUnixTimestamp64Micro(started_at), 1000000), {months: Array(Int64)}) AS key,
  countIf(direction = 'out') AS out,
  countIf(direction = 'out' AND result != 'answered') AS outFailed,
  countIf(direction = 'in') AS in,
  countIf(direction = 'in' AND result != 'answered') AS inMissed
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
GROUP BY key
ORDER BY key;
-- from = 1795503900000000
-- to = 1795510800000000
-- months = [1793480400]
