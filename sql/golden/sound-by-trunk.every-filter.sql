-- sound-by-trunk?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&direction=in,out&result=busy,other&answered=false&missedKind=busy_hit&shortAbandons=exclude&outOfHours=exclude&number=8 (495) 100-01-01&employee=e101,e102&untakenOffer=true&author=-,e103&notAuthor=e104&group=sales&notGroup=night&notNumber=84951000102&callId=a@b&phone=101&caller=8 (916)*, !79161234567, 101&dialled=!7391*&answeredBy=10*&text=100-01&talkMin=0.5&talkMax=60&time=22:00-06:00&weekday=1,7&recorded=false&waitMin=0.5&waitMax=20&hiddenNumber=false&firstCall=false&repeatCall=true
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  trunk AS key,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS measuredCalls,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos)) AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND mos <= {countedMosMax: Float64})) AS poorCalls,
  sumIf(toFloat64(ifNull(mos, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS mosTotal,
  sumIf(toFloat64(ifNull(loss, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS lossTotal,
  sumIf(toFloat64(ifNull(jitter, 0)) * 1000, id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))) AS jitterTotal,
  countIf(id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND (left_silent OR right_silent))) AS silentCalls
FROM calls
LEFT ANY JOIN (SELECT id, mos, loss, jitter, left_silent OR right_silent AS one_way, left_network, right_network FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')) AS sound USING (id)
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction IN ('in', 'out')
  AND result IN ('busy', 'rejected', 'unavailable', 'cancelled', 'failed')
  AND result != 'answered'
  AND missed_kind = 'busy_hit'
  AND missed_kind != 'short_abandon'
  AND missed_kind != 'out_of_hours'
  AND number IN {number: Array(String)}
  AND number NOT IN {notNumber: Array(String)}
  AND (employee IN {employee: Array(String)} OR hasAny(leg_employee, {employee: Array(String)}))
  AND employee IN {author: Array(String)}
  AND employee NOT IN {notAuthor: Array(String)}
  AND arrayExists(e -> has({employee: Array(String)}, e), untaken_by)
  AND group_id IN {group: Array(String)}
  AND group_id NOT IN {notGroup: Array(String)}
  AND if(direction = 'in', answered_by, caller) IN {phone: Array(String)}
  AND (started_at, id) IN (SELECT started_at, id FROM call_ids WHERE call_id = {callId: String} AND tenant = {tenant: String})
  AND (caller IN {caller: Array(String)} OR caller LIKE {caller0: String} OR caller LIKE {caller1: String}) AND NOT (caller IN {callerNot: Array(String)})
  AND NOT (dialled LIKE {dialledNot0: String})
  AND (answered_by LIKE {answeredBy0: String})
  AND (caller LIKE {text0: String} OR dialled LIKE {text0: String} OR answered_by LIKE {text0: String})
  AND if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) >= {talkMin: Int64}
  AND if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) <= {talkMax: Int64}
  AND if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) >= {waitMin: Int64}
  AND if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) <= {waitMax: Int64}
  AND (toHour(started_at, {zone: String}) * 60 + toMinute(started_at, {zone: String}) >= {timeFrom: UInt16} OR toHour(started_at, {zone: String}) * 60 + toMinute(started_at, {zone: String}) < {timeTo: UInt16})
  AND toDayOfWeek(started_at, 0, {zone: String}) IN {weekday: Array(UInt8)}
  AND NOT (result = 'answered' AND record_rule NOT IN ('', 'none'))
  AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)
  AND NOT ((started_at, id) IN (
    SELECT min(started_at), argMin(id, (started_at, id)) FROM calls
    WHERE tenant = {tenant: String} AND direction = 'in' AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND NOT bitmapContains((SELECT groupBitmapState(if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC'))), if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808))) AND caller NOT IN (SELECT caller FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND started_at >= fromUnixTimestamp64Micro({fromDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({from: Int64}, 'UTC')) AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0)
    GROUP BY caller))
  AND ((started_at, id) IN (
    SELECT started_at, id FROM (
      SELECT started_at, id, lagInFrame(started_at) OVER (
        PARTITION BY caller ORDER BY started_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
      FROM calls WHERE tenant = {tenant: String} AND direction = 'in' AND NOT (lower(caller) IN ('', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld') OR lengthUTF8(caller) > 64 OR position(caller, '\0') > 0) AND started_at >= fromUnixTimestamp64Micro({from: Int64} - {repeatWithin: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC'))
    WHERE toUnixTimestamp64Micro(before) > 0
      AND toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro(before) <= {repeatWithin: Int64}))
  AND id IN (SELECT id FROM call_quality FINAL WHERE tenant = {tenant: String} AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC') AND isNotNull(mos))
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
-- number = ["74951000101"]
-- notNumber = ["74951000102"]
-- employee = ["e101","e102"]
-- author = ["","e103"]
-- notAuthor = ["e104"]
-- group = ["sales"]
-- notGroup = ["night"]
-- phone = ["101"]
-- callId = "a@b"
-- caller = ["101"]
-- caller0 = "8916%"
-- caller1 = "7916%"
-- callerNot = ["79161234567"]
-- dialledNot0 = "7391%"
-- answeredBy0 = "10%"
-- text0 = "%10001%"
-- talkMin = 500
-- talkMax = 60000
-- waitMin = 500
-- waitMax = 20000
-- zone = "Europe/Moscow"
-- timeFrom = 1320
-- timeTo = 360
-- weekday = [1,7]
-- fromDay = 1795392000000000
-- repeatWithin = 604800000000
-- countedMosMax = 3.6
