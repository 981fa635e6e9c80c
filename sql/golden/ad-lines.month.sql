-- ad-lines?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  number AS key,
  grouping(key) AS is_total,
  countIf(direction = 'in') AS in,
  uniqExactIf(caller, direction = 'in' AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)) AS uniqueCallers,
  countIf(direction = 'in' AND ((started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls
    WHERE tenant = {tenant: String} AND direction = 'in' AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND NOT bitmapContains((SELECT groupBitmapState(if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC'))), if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) AND caller NOT IN (SELECT caller FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND started_at >= fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({from: Int64}, 'UTC')) AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)
    GROUP BY caller))) AS newCallers,
  countIf(direction = 'in' AND result = 'answered') AS inAnswered,
  countIf(direction = 'in' AND result != 'answered') AS inMissed,
  countIf(direction = 'in' AND result = 'answered' AND (direction = 'in' AND result = 'answered' AND if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) > 30000)) AS target,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds,
  countIf(result = 'answered') AS answered
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
GROUP BY GROUPING SETS ((key), ())
ORDER BY key;
-- from = 1792875600000000
-- to = 1795467600000000
-- fromDay = 1792800000000000
