-- summary?employee=e101,e102
-- Europe/Moscow, RU; read from people. Written by npm run golden.
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
FROM (
SELECT * FROM call_people FINAL
WHERE tenant = {tenant: String}
  AND person IN {employee: Array(String)}
LIMIT 1 BY started_at, id
);
-- employee = ["e101","e102"]
