-- service-by-hour?from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z
-- Europe/Berlin, DE; read from rows. Written by npm run golden.
SELECT
  roundDown(intDiv(toUnixTimestamp64Micro(started_at), 1000000), {hours: Array(Int64)}) AS key,
  countIf(direction = 'in') AS offered,
  countIf(direction = 'in' AND result = 'answered' AND if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) <= {countedWaitMax: Int64}) AS answeredInTime,
  countIf(direction = 'in' AND result = 'answered' AND if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) >= {countedWaitMin: Int64}) AS answeredLate,
  countIf(direction = 'in' AND result != 'answered') AS notAnswered,
  sumIf(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0), direction = 'in' AND result = 'answered') AS waitSeconds,
  countIf(direction = 'in' AND result = 'answered') AS inAnswered,
  sumIf(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), result = 'answered') AS talkSeconds,
  countIf(result = 'answered') AS answered
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND direction = 'in'
GROUP BY key
ORDER BY key;
-- from = 1792879200000000
-- to = 1792969200000000
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- hours = [1792879200,1792882800,1792886400,1792890000,1792893600,1792897200,1792900800,1792904400,1792908000,1792911600,1792915200,1792918800,1792922400,1792926000,1792929600,1792933200,1792936800,1792940400,1792944000,1792947600,1792951200,1792954800,1792958400,1792962000,1792965600]
