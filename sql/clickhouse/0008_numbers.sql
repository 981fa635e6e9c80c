-- The journal of a large company (npm run bench -- journal). What is searched for without a period is found by what a granule of `calls` cannot
-- hold: numbers, employees, long talks and waits. These indexes are a few bytes a call, and kept by the engine with the rows: a part whose
-- updates are not merged yet is read past them.
ALTER TABLE calls {on_cluster}
    ADD INDEX IF NOT EXISTS by_caller caller TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_dialled dialled TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_answered_by answered_by TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_employee employee TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_leg_employee leg_employee TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_number number TYPE bloom_filter(0.01) GRANULARITY 1,
    -- in the words of analytics/catalog/durations.ts: else they are not used
    ADD INDEX IF NOT EXISTS by_talk if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0) TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS by_ring if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) TYPE minmax GRANULARITY 1;

-- Every number that called, was dialled or answered, once a company: a part of a number becomes a short list of whole ones here, which the
-- indexes find. More than there is does no harm, as the calls decide: nothing is taken out but by age, three years after the last call, as
-- calls go. New calls bring their numbers by the view below; an update of a call brings them by the writer, as views do not see it.
CREATE TABLE IF NOT EXISTS known_numbers {on_cluster}
(
    tenant     LowCardinality(String),
    party      String,
    written_at DateTime('UTC')
)
ENGINE = {replacing_engine}(written_at)
ORDER BY (tenant, party)
TTL written_at + INTERVAL 3 YEAR;
CREATE MATERIALIZED VIEW IF NOT EXISTS numbers_of_calls {on_cluster} TO known_numbers AS
SELECT tenant, arrayJoin(arrayDistinct([caller, dialled, answered_by])) AS party, toDateTime(max(calls.written_at), 'UTC') AS written_at
FROM calls
GROUP BY tenant, party;
-- What is there already. Read as it stands, so that any size takes the same memory; what comes twice is merged.
INSERT INTO known_numbers
SELECT tenant, arrayJoin(arrayDistinct([caller, dialled, answered_by])) AS party, toDateTime(calls.written_at, 'UTC') AS written_at
FROM calls;
-- In the background, and right meanwhile: a part without an index is read whole.
ALTER TABLE calls {on_cluster}
    MATERIALIZE INDEX by_caller, MATERIALIZE INDEX by_dialled, MATERIALIZE INDEX by_answered_by, MATERIALIZE INDEX by_employee,
    MATERIALIZE INDEX by_leg_employee, MATERIALIZE INDEX by_number, MATERIALIZE INDEX by_talk, MATERIALIZE INDEX by_ring
SETTINGS mutations_sync = 0;
