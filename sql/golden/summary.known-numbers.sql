-- summary?text=100-01&caller=7916*, !79161234567
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  countIf(direction = 'in') AS in,
  countIf(direction = 'in' AND result = 'answered') AS inAnswered,
  countIf(direction = 'in' AND result != 'answered') AS inMissed,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'busy_hit') AS busyHit,
  countIf(direction = 'in' AND result != 'answered' AND missed_kind = 'out_of_hours') AS outOfHours,
  sumIf(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0), direction = 'in' AND result = 'answered') AS waitSeconds,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds,
  countIf(result = 'answered') AS answered,
  countIf(direction = 'out') AS out,
  countIf(direction = 'out' AND result != 'answered') AS outFailed
FROM calls
WHERE tenant = {tenant: String}
  AND caller IN {callerKnown: Array(String)} AND (caller LIKE {caller0: String}) AND NOT (caller IN {callerNot: Array(String)})
  AND (caller IN {textKnown: Array(String)} OR dialled IN {textKnown: Array(String)} OR answered_by IN {textKnown: Array(String)}) AND (caller LIKE {text0: String} OR dialled LIKE {text0: String} OR answered_by LIKE {text0: String});
-- caller0 = "7916%"
-- callerNot = ["79161234567"]
-- callerKnown = ["79161234567","79160000000"]
-- text0 = "%10001%"
-- textKnown = ["74951000101"]
