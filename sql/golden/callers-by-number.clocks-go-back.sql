-- callers-by-number?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
SELECT
  number AS key,
  grouping(key) AS is_total,
  countIf(direction = 'in') AS in,
  uniqExactIf(caller, direction = 'in' AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)) AS uniqueCallers,
  countIf(direction = 'in' AND ((started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls
    WHERE tenant = {tenant: String} AND direction = 'in' AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND NOT bitmapContains((SELECT groupBitmapState(if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC'))), if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) AND caller NOT IN (SELECT caller FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND started_at >= fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({from: Int64}, 'UTC')) AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)
    GROUP BY caller))) AS newCallers,
  countIf(direction = 'in' AND ((started_at, id) IN (
    SELECT started_at, id FROM (
      SELECT started_at, id, lagInFrame(started_at) OVER (
        PARTITION BY caller ORDER BY started_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
      FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0) AND started_at >= fromUnixTimestamp64Micro({from: Int64} - {repeatWithin: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC'))
    WHERE toUnixTimestamp64Micro(before) > 0
      AND toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro(before) <= {repeatWithin: Int64}))) AS repeatCalls
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
GROUP BY GROUPING SETS ((key), ())
ORDER BY key;
-- from = 1792879200000000
-- to = 1792969200000000
-- fromDay = 1792800000000000
-- repeatWithin = 604800000000
