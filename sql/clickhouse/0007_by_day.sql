-- Years of reports at once. As by_quarter, these are kept by the engine with the rows, in the same part; a part with updates not yet
-- merged is read by its rows. What a question of analytics/query/{kept,days,callers}.ts asks stands here in its words: else the engine
-- reads the rows. A sum over a bare if() would become another function in the question, and not be found: therefore toInt64.
-- The factors: a year (of callers a day) of a company with 20 M of 100 M calls, from the rows and from it (npm run bench -- analytics).

-- Employees that a call was offered to, one an offer, and those of them whose offers were not taken. The engine makes them of the legs
-- again when a call is updated; a projection cannot hold the lambdas themselves.
ALTER TABLE calls {on_cluster} ADD COLUMN IF NOT EXISTS offered_to Array(LowCardinality(String))
    MATERIALIZED arrayFilter(e -> e != '', leg_employee) CODEC(ZSTD(1));
ALTER TABLE calls {on_cluster} ADD COLUMN IF NOT EXISTS untaken_by Array(LowCardinality(String))
    MATERIALIZED arrayFilter((e, r) -> e != '' AND r != 'answered' AND NOT (direction = 'in' AND e = employee)
        AND NOT arrayExists((e2, r2) -> e2 = e AND r2 = 'answered', leg_employee, leg_result), leg_employee, leg_result) CODEC(ZSTD(1));

-- service level and waiting by time: 6 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_quarter_wait
(
    SELECT tenant, toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind,
        if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, quarter, direction, result, missed_kind, waited
);
-- by number and by band of talk: 7 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_day_number
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, number,
        if(result = 'answered', toInt64(roundDown(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), [0, 30000, 60000, 180000, 600000])), -1) AS band,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, number, band
);
-- by employee, group and account: 8 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_day_employee
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, employee, group_id,
        if(direction = 'in', '', caller) AS account,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, employee, group_id, account
);
-- service level by group: 12 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_day_group_wait
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, group_id,
        if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, group_id, waited
);
-- offers by employee; rows are large and few: 8 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_day_offers
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, count(),
        sumMap(offered_to, arrayWithConstant(length(offered_to), toUInt64(1))),
        sumMap(untaken_by, arrayWithConstant(length(untaken_by), toUInt64(1)))
    GROUP BY tenant, day, direction, result, missed_kind
) WITH SETTINGS (index_granularity = 512);
-- who called before, a set of numbers a day: 3 ×
ALTER TABLE calls {on_cluster} ADD PROJECTION IF NOT EXISTS by_day_callers
(
    SELECT tenant, toDate(started_at) AS day, direction,
        groupBitmapState(if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808)))
    GROUP BY tenant, day, direction
) WITH SETTINGS (index_granularity = 64);
-- For what is there already; in the background, and right meanwhile.
ALTER TABLE calls {on_cluster} MATERIALIZE COLUMN offered_to;
ALTER TABLE calls {on_cluster} MATERIALIZE COLUMN untaken_by;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_quarter_wait;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_day_number;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_day_employee;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_day_group_wait;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_day_offers;
ALTER TABLE calls {on_cluster} MATERIALIZE PROJECTION by_day_callers;
