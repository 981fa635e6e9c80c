-- service-by-hour?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from rows. Written by npm run golden.
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
-- from = 1795458600000000
-- to = 1795545000000000
-- countedWaitMax = 20000
-- countedWaitMin = 20001
-- hours = [1795458600,1795462200,1795465800,1795469400,1795473000,1795476600,1795480200,1795483800,1795487400,1795491000,1795494600,1795498200,1795501800,1795505400,1795509000,1795512600,1795516200,1795519800,1795523400,1795527000,1795530600,1795534200,1795537800,1795541400]
