-- offers?from=2026-10-24T21:00:00Z&to=2026-11-23T21:00:00Z
-- Europe/Moscow, RU; read from days. Written by npm run golden.
SELECT
  sum(arraySum(all_offers.2)) AS offers,
  sum(arraySum(untaken_offers.2)) AS offersNotTaken
FROM (
  SELECT direction, result, missed_kind, count() AS n, sumMap(offered_to, arrayWithConstant(length(offered_to), toUInt64(1))) AS all_offers, sumMap(untaken_by, arrayWithConstant(length(untaken_by), toUInt64(1))) AS untaken_offers
  FROM calls
  WHERE tenant = {tenant: String}
    AND toDate(started_at) >= toDate(fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC'))
    AND toDate(started_at) < toDate(fromUnixTimestamp64Micro({endDay: Int64}, 'UTC'))
  GROUP BY direction, result, missed_kind
  UNION ALL
  SELECT direction, result, missed_kind, count() AS n, sumMap(offered_to, arrayWithConstant(length(offered_to), toUInt64(1))) AS all_offers, sumMap(untaken_by, arrayWithConstant(length(untaken_by), toUInt64(1))) AS untaken_offers
  FROM calls
  WHERE tenant = {tenant: String}
    AND (started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({firstDay: Int64}, 'UTC') OR started_at >= fromUnixTimestamp64Micro({endDay: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC'))
  GROUP BY direction, result, missed_kind
);
-- from = 1792875600000000
-- firstDay = 1792886400000000
-- to = 1795467600000000
-- endDay = 1795392000000000
