-- Who took part in a call: who called or answered, and everybody it was offered to, a row each, by person and time. So the calls of one employee
-- lie together, with what lists are narrowed by, in the words of `calls`: nothing else of the company is read to find or count them
-- (analytics/query/people.ts; npm run bench -- journal).
--
-- Of rows of one call and person the highest version stands: twice the revision, one more where a revision is gone, so that nothing depends
-- on the order or the repetition of writing. New calls bring their people by the view below. It does not see updates and deletes: the writer
-- brings these before it changes `calls` (ingest/write/call-people.ts).
CREATE TABLE IF NOT EXISTS call_people {on_cluster}
(
    tenant      LowCardinality(String),
    person      LowCardinality(String),
    started_at  DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id          String CODEC(ZSTD(1)),
    direction   Enum8('in' = 1, 'out' = 2, 'internal' = 3),
    result      Enum8('answered' = 1, 'no_answer' = 2, 'busy' = 3, 'rejected' = 4, 'unavailable' = 5, 'cancelled' = 6, 'failed' = 7),
    missed_kind Enum8('' = 0, 'busy_hit' = 1, 'out_of_hours' = 2, 'short_abandon' = 3, 'not_taken' = 4),
    caller      String CODEC(ZSTD(1)),
    dialled     String CODEC(ZSTD(1)),
    number      LowCardinality(String),
    answered_by String CODEC(ZSTD(1)),
    employee    LowCardinality(String),
    group_id    LowCardinality(String),
    ringing_at  DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    answered_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    ended_at    DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    sip_code    UInt16,
    hangup_by   Enum8('' = 0, 'caller' = 1, 'callee' = 2, 'system' = 3),
    record_rule LowCardinality(String),
    version     UInt64 CODEC(ZSTD(1)),
    gone        UInt8,
    written_on  Date
)
ENGINE = {replacing_engine}(version, gone)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, person, started_at, id)
-- no sooner than the call itself
TTL written_on + INTERVAL 1 DAY + INTERVAL 3 YEAR
-- the calls of a page are some of one employee's: less is read beside them
SETTINGS index_granularity = 1024;
CREATE MATERIALIZED VIEW IF NOT EXISTS people_of_calls {on_cluster} TO call_people AS
SELECT tenant, arrayJoin(arrayDistinct(arrayFilter(e -> e != '', arrayPushBack(leg_employee, employee)))) AS person, started_at, id, direction, result,
    missed_kind, caller, dialled, number, answered_by, employee, group_id, ringing_at, answered_at, ended_at, sip_code, hangup_by,
    record_rule,
    toUInt64(revision) * 2 AS version, 0 AS gone, toDate(written_at) AS written_on
FROM calls;
-- What is there already. Read as it stands, so that any size takes the same memory; begun again after a halt it writes the same rows, which are merged.
INSERT INTO call_people
SELECT tenant, arrayJoin(arrayDistinct(arrayFilter(e -> e != '', arrayPushBack(leg_employee, employee)))) AS person, started_at, id, direction, result,
    missed_kind, caller, dialled, number, answered_by, employee, group_id, ringing_at, answered_at, ended_at, sip_code, hangup_by,
    record_rule,
    toUInt64(revision) * 2 AS version, 0 AS gone, toDate(written_at) AS written_on
FROM calls;
