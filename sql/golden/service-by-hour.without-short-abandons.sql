-- service-by-hour?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&shortAbandons=exclude
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
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
  AND missed_kind != 'short_abandon'
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- hours = [1795467600,1795471200,1795474800,1795478400,1795482000,1795485600,1795489200,1795492800,1795496400,1795500000,1795503600,1795507200,1795510800,1795514400,1795518000,1795521600,1795525200,1795528800,1795532400,1795536000,1795539600,1795543200,1795546800,1795550400]
