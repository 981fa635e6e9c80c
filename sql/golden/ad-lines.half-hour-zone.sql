-- ad-lines?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from rows. Written by npm run golden.
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
  countIf(direction = 'in' AND result = 'answered' AND (direction = 'in' AND result = 'answered' AND if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) > 60000 AND arrayExists((day, opens, closes) -> day = if(has({targetownDays0: Array(UInt32)}, toYYYYMMDD(started_at, {targethoursZone0: String})), toYYYYMMDD(started_at, {targethoursZone0: String}), toDayOfWeek(started_at, 0, {targethoursZone0: String})) AND toHour(started_at, {targethoursZone0: String}) * 60 + toMinute(started_at, {targethoursZone0: String}) >= opens AND toHour(started_at, {targethoursZone0: String}) * 60 + toMinute(started_at, {targethoursZone0: String}) < closes, {targetopenDays0: Array(UInt32)}, {targetopens0: Array(UInt16)}, {targetcloses0: Array(UInt16)}) AND (started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0) AND direction = 'in' AND result = 'answered' AND if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) > 60000 AND arrayExists((day, opens, closes) -> day = if(has({targetownDays0: Array(UInt32)}, toYYYYMMDD(started_at, {targethoursZone0: String})), toYYYYMMDD(started_at, {targethoursZone0: String}), toDayOfWeek(started_at, 0, {targethoursZone0: String})) AND toHour(started_at, {targethoursZone0: String}) * 60 + toMinute(started_at, {targethoursZone0: String}) >= opens AND toHour(started_at, {targethoursZone0: String}) * 60 + toMinute(started_at, {targethoursZone0: String}) < closes, {targetopenDays0: Array(UInt32)}, {targetopens0: Array(UInt16)}, {targetcloses0: Array(UInt16)}) GROUP BY caller))) AS target,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds,
  countIf(result = 'answered') AS answered
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
GROUP BY GROUPING SETS ((key), ())
ORDER BY key;
-- from = 1795458600000000
-- to = 1795545000000000
-- fromDay = 1795392000000000
-- targethoursZone0 = "Asia/Kolkata"
-- targetownDays0 = [20261124]
-- targetopenDays0 = [1,6]
-- targetopens0 = [540,600]
-- targetcloses0 = [1110,1440]
