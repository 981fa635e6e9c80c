-- summary?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from quarters. Written by npm run golden.
SELECT
  sumIf(n, direction = 'in') AS in,
  sumIf(n, direction = 'in' AND result = 'answered') AS inAnswered,
  sumIf(n, direction = 'in' AND result != 'answered') AS inMissed,
  sumIf(n, direction = 'in' AND result != 'answered' AND missed_kind = 'busy_hit') AS busyHit,
  sumIf(n, direction = 'in' AND result != 'answered' AND missed_kind = 'out_of_hours') AS outOfHours,
  sumIf(ring, direction = 'in' AND result = 'answered') AS waitSeconds,
  sumIf(talk, result = 'answered') AS talkSeconds,
  sumIf(n, result = 'answered') AS answered,
  sumIf(n, direction = 'out') AS out,
  sumIf(n, direction = 'out' AND result != 'answered') AS outFailed
FROM (
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count() AS n, sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0))) AS ring, sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))) AS talk
  FROM calls
  WHERE tenant = {tenant: String}
    AND toStartOfFifteenMinutes(started_at) >= toDateTime({from: UInt32}, 'UTC')
    AND toStartOfFifteenMinutes(started_at) < toDateTime({to: UInt32}, 'UTC')
  GROUP BY quarter, direction, result, missed_kind
);
-- from = 1792875600
-- to = 1795467600
