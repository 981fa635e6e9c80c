-- hourly?from=2026-11-23T18:30:00Z&to=2026-11-24T18:30:00Z
-- Asia/Kolkata, IN; read from quarters. Written by npm run golden.
SELECT
  roundDown(toInt64(toUnixTimestamp(quarter)), {hours: Array(Int64)}) AS key,
  sumIf(n, direction = 'out') AS out,
  sumIf(n, direction = 'out' AND result != 'answered') AS outFailed,
  sumIf(n, direction = 'in') AS in,
  sumIf(n, direction = 'in' AND result != 'answered') AS inMissed
FROM (
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count() AS n
  FROM calls
  WHERE tenant = {tenant: String}
    AND toStartOfFifteenMinutes(started_at) >= toDateTime({from: UInt32}, 'UTC')
    AND toStartOfFifteenMinutes(started_at) < toDateTime({to: UInt32}, 'UTC')
  GROUP BY quarter, direction, result, missed_kind
)
GROUP BY key
ORDER BY key;
-- from = 1795458600
-- to = 1795545000
-- hours = [1795458600,1795462200,1795465800,1795469400,1795473000,1795476600,1795480200,1795483800,1795487400,1795491000,1795494600,1795498200,1795501800,1795505400,1795509000,1795512600,1795516200,1795519800,1795523400,1795527000,1795530600,1795534200,1795537800,1795541400]
