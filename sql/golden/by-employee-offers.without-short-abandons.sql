-- by-employee-offers?from=2026-11-23T21:00:00Z&to=2026-11-24T21:00:00Z&shortAbandons=exclude
-- Europe/Moscow, RU; read from rows. Written by npm run golden.
SELECT
  arrayJoin(arrayDistinct(arrayFilter(e -> e != '', leg_employee))) AS key,
  sum(arrayCount((e, r) -> e != '' AND e = key, leg_employee, leg_result)) AS offers,
  sum(arrayCount((e, r) -> e != '' AND e = key AND r != 'answered' AND NOT (direction = 'in' AND e = employee) AND NOT arrayExists((e2, r2) -> e2 = e AND r2 = 'answered', leg_employee, leg_result), leg_employee, leg_result)) AS offersNotTaken
FROM calls
WHERE tenant = {tenant: String}
  AND started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
  AND missed_kind != 'short_abandon'
GROUP BY key
ORDER BY key;
-- from = 1795467600000000
-- to = 1795554000000000
