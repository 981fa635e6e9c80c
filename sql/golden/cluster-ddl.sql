CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER 'callscope' (id String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = ReplicatedMergeTree ORDER BY id;
-- 0001_raw
-- Raw traffic: at-least-once. (stream_seq, idx) is the identity of a row; reads are per call and drop repeats.
-- Small parts stay compact and merges are rarer and wider: written once, read by call, gone after a month.
-- TTL counts from receipt: a replay of old captures must not vanish at insert.
CREATE TABLE IF NOT EXISTS messages ON CLUSTER 'callscope'
(
    received_at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    stream_seq  UInt64 CODEC(Delta, LZ4),
    idx         UInt16,
    call_id     String,
    at          DateTime64(6, 'UTC') CODEC(Delta, LZ4),
    edge        LowCardinality(String),
    channel     LowCardinality(String),
    capture_id  UInt32,
    node        LowCardinality(String),
    protocol    UInt8,
    src_ip      String,
    src_port    UInt16,
    dst_ip      String,
    dst_port    UInt16,
    method      LowCardinality(String),
    code        UInt16,
    cseq        UInt32,
    hash        UInt32,
    payload     String
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;
CREATE TABLE IF NOT EXISTS rtcp ON CLUSTER 'callscope'
(
    received_at     DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    stream_seq      UInt64 CODEC(Delta, LZ4),
    idx             UInt16,
    call_id         String,
    at              DateTime64(6, 'UTC') CODEC(Delta, LZ4),
    edge            LowCardinality(String),
    src_ip          String,
    src_port        UInt16,
    dst_ip          String,
    dst_port        UInt16,
    packet_type     UInt8,
    sender_ssrc     UInt32,
    sender_packets  UInt32,
    sender_octets   UInt32,
    source_ssrc     Array(UInt32),
    fraction_lost   Array(UInt8),
    packets_lost    Array(Int32),
    highest_seq     Array(UInt32),
    jitter          Array(UInt32),
    lsr             Array(UInt32),
    dlsr            Array(UInt32),
    payload         String
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;
CREATE TABLE IF NOT EXISTS events ON CLUSTER 'callscope'
(
    received_at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    stream_seq  UInt64 CODEC(Delta, LZ4),
    idx         UInt16,
    call_id     String,
    at          DateTime64(6, 'UTC') CODEC(Delta, LZ4),
    edge        LowCardinality(String),
    channel     LowCardinality(String),
    method      LowCardinality(String),
    body        String
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;
-- What became of each frame's packets: the ledger's decode stage. One row a frame, replaced when the frame is
-- decoded again, so that a redelivery is not counted twice. A heartbeat (count 0) only carries the edge's drop totals.
CREATE TABLE IF NOT EXISTS ledger_frames ON CLUSTER 'callscope'
(
    edge        LowCardinality(String),
    boot        UInt64,
    channel     LowCardinality(String),
    first_n     UInt64,
    count       UInt32,
    received_at DateTime64(3, 'UTC'),
    stored      UInt32,
    duplicate   UInt32,
    dead        UInt32,
    dropped     Map(String, UInt64),
    facts       UInt32,
    edge_drops  Map(String, UInt64)
)
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toDate(received_at)
ORDER BY (edge, boot, channel, first_n, count);
INSERT INTO schema_migrations (id, checksum) VALUES ('0001_raw', '8ba18a55bb9ef0b8dfa56d37bf3fa2150853d644aa2c55bdf2638b602b0522de');
-- 0002_calls
-- Finished conversations, one row each, tenant first. Zero in a time column = did not happen.
-- Written in blocks with a token (exactly once); later knowledge is a lightweight UPDATE with revision + 1.
CREATE TABLE IF NOT EXISTS calls ON CLUSTER 'callscope'
(
    tenant          LowCardinality(String),
    started_at      DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id              String CODEC(ZSTD(1)),
    call_ids        Array(String) CODEC(ZSTD(1)),
    direction       Enum8('in' = 1, 'out' = 2, 'internal' = 3),
    result          Enum8('answered' = 1, 'no_answer' = 2, 'busy' = 3, 'rejected' = 4, 'unavailable' = 5, 'cancelled' = 6, 'failed' = 7),
    missed_kind     Enum8('' = 0, 'busy_hit' = 1, 'out_of_hours' = 2, 'short_abandon' = 3, 'not_taken' = 4),
    caller          String CODEC(ZSTD(1)),
    dialled         String CODEC(ZSTD(1)),
    dialled_raw     String CODEC(ZSTD(1)),
    number          LowCardinality(String),
    answered_by     String CODEC(ZSTD(1)),
    employee        LowCardinality(String),
    group_id        LowCardinality(String),
    ringing_at      DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    answered_at     DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    ended_at        DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    sip_code        UInt16,
    hangup_by       Enum8('' = 0, 'caller' = 1, 'callee' = 2, 'system' = 3),
    from_host       LowCardinality(String),
    dialled_host    LowCardinality(String),
    edge_tenant     LowCardinality(String),
    record_rule     LowCardinality(String),
    source          Enum8('events' = 1, 'hep' = 2, 'rule' = 3),
    leg_target      Array(String) CODEC(ZSTD(1)),
    leg_employee    Array(String) CODEC(ZSTD(1)),
    leg_started_at  Array(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    leg_result      Array(Enum8('answered' = 1, 'no_answer' = 2, 'busy' = 3, 'rejected' = 4, 'unavailable' = 5, 'cancelled' = 6, 'failed' = 7)),
    leg_sip_code    Array(UInt16),
    leg_rang        Array(UInt8),
    revision        UInt32,
    written_at      DateTime64(3, 'UTC'),
    -- Charts by time read counts per quarter of an hour (every zone's hours begin on one). Kept by the engine with the
    -- rows, in the same part: it cannot disagree with them; a part with updates not yet merged is read by its rows.
    PROJECTION by_quarter
    (
        SELECT tenant, toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count()
        GROUP BY tenant, quarter, direction, result, missed_kind
    )
)
ENGINE = ReplicatedMergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
TTL toDateTime(written_at) + INTERVAL 3 YEAR
SETTINGS replicated_deduplication_window = 10000, enable_block_number_column = 1, enable_block_offset_column = 1,
         lightweight_mutation_projection_mode = 'rebuild', deduplicate_merge_projection_mode = 'rebuild';
-- Any Call-ID of a conversation leads to it. Call-ID first: the assembler looks a late fact up without knowing the company.
CREATE TABLE IF NOT EXISTS call_ids ON CLUSTER 'callscope'
(
    call_id    String,
    tenant     LowCardinality(String),
    id         String,
    started_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedMergeTree
ORDER BY (call_id, tenant)
SETTINGS replicated_deduplication_window = 10000;
-- Why a written call changed: one line a revision, with old and new values of the changed fields.
CREATE TABLE IF NOT EXISTS call_revisions ON CLUSTER 'callscope'
(
    tenant   LowCardinality(String),
    id       String,
    revision UInt32,
    at       DateTime64(3, 'UTC'),
    why      LowCardinality(String),
    changes  String
)
ENGINE = ReplicatedMergeTree
ORDER BY (tenant, id, revision)
TTL toDateTime(at) + INTERVAL 3 YEAR
SETTINGS replicated_deduplication_window = 10000;
-- Failed authentication: not calls. At-least-once; reads drop repeats by (call_id, what).
CREATE TABLE IF NOT EXISTS security_events ON CLUSTER 'callscope'
(
    at         DateTime64(6, 'UTC'),
    tenant     LowCardinality(String),
    what       LowCardinality(String),
    call_id    String,
    user       String,
    domain     String,
    source     String,
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedMergeTree
ORDER BY (at, call_id)
TTL toDateTime(written_at) + INTERVAL 1 YEAR
SETTINGS replicated_deduplication_window = 10000;
INSERT INTO schema_migrations (id, checksum) VALUES ('0002_calls', 'c166c5c79b4a1fd73b6c7312417a702adc5c7f55db7cbb7bec5646305568b694');
-- 0003_ledger_days
-- The ledger of past days, summed: ledger_frames has a row a frame, which is millions a day.
CREATE TABLE IF NOT EXISTS ledger_days ON CLUSTER 'callscope'
(
    day        Date,
    edge       LowCardinality(String),
    boot       UInt64,
    channel    LowCardinality(String),
    proven_n   UInt64,
    packets    UInt64,
    stored     UInt64,
    duplicate  UInt64,
    dead       UInt64,
    facts      UInt64,
    dropped    Map(String, UInt64),
    edge_drops Map(String, UInt64)
)
ENGINE = ReplicatedMergeTree
ORDER BY (day, edge, boot, channel)
SETTINGS replicated_deduplication_window = 1000;
INSERT INTO schema_migrations (id, checksum) VALUES ('0003_ledger_days', '2391657ad1da9f73236bd49d4c90f6fe00a1e7e0b83dd6e51ec27f580d42d72f');
-- 0004_replayed_frames
-- A dead letter that is sent again takes its packet out of the dead ones: its ledger row says dead = -1.
ALTER TABLE ledger_frames ON CLUSTER 'callscope' MODIFY COLUMN dead Int32;
ALTER TABLE ledger_days ON CLUSTER 'callscope' MODIFY COLUMN dead Int64;
INSERT INTO schema_migrations (id, checksum) VALUES ('0004_replayed_frames', 'e6736bc3910bca2fb7b31375f9598d62150b62141703931742bb314b8c766260');
-- 0005_correlation
-- What the capture agent correlates a message's Call-ID with (HEP chunk 17), where it is another one.
ALTER TABLE messages ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS correlation String AFTER hash;
INSERT INTO schema_migrations (id, checksum) VALUES ('0005_correlation', 'b76ffa3139f631909330d8fced70d83e1a3823f79688d4ce18e27a145d279471');
-- 0006_registrations
-- Stretches of time in which a phone was registered. At-least-once: a stretch is written again when it gets longer or ends,
-- and the row with the highest version stands for it. ended_at 1970 = it stands, or nobody saw its end: expires_at bounds it.
CREATE TABLE IF NOT EXISTS registrations ON CLUSTER 'callscope'
(
    tenant        LowCardinality(String),
    account       String,
    registered_at DateTime64(3, 'UTC'),
    domain        LowCardinality(String),
    contact       String,
    address       String,
    transport     LowCardinality(String),
    user_agent    LowCardinality(String),
    expires_at    DateTime64(3, 'UTC'),
    ended_at      DateTime64(3, 'UTC'),
    call_id       String,
    version       UInt64,
    written_at    DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(registered_at)
ORDER BY (tenant, account, registered_at, domain, contact)
TTL toDateTime(written_at) + INTERVAL 1 YEAR;
INSERT INTO schema_migrations (id, checksum) VALUES ('0006_registrations', '667edb29b7e3f3b20e81557a0ad32abb8c1b7a3a01945a0d4c38a273436e8ef5');
-- 0007_by_day
-- Years of reports at once. As by_quarter, these are kept by the engine with the rows, in the same part; a part with updates not yet
-- merged is read by its rows. What a question of analytics/query/{kept,days,callers}.ts asks stands here in its words: else the engine
-- reads the rows. A sum over a bare if() would become another function in the question, and not be found: therefore toInt64.
-- The factors: a year (of callers a day) of a company with 20 M of 100 M calls, from the rows and from it (npm run bench -- analytics).

-- Employees that a call was offered to, one an offer, and those of them whose offers were not taken. The engine makes them of the legs
-- again when a call is updated; a projection cannot hold the lambdas themselves.
ALTER TABLE calls ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS offered_to Array(LowCardinality(String))
    MATERIALIZED arrayFilter(e -> e != '', leg_employee) CODEC(ZSTD(1));
ALTER TABLE calls ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS untaken_by Array(LowCardinality(String))
    MATERIALIZED arrayFilter((e, r) -> e != '' AND r != 'answered' AND NOT (direction = 'in' AND e = employee)
        AND NOT arrayExists((e2, r2) -> e2 = e AND r2 = 'answered', leg_employee, leg_result), leg_employee, leg_result) CODEC(ZSTD(1));
-- service level and waiting by time: 6 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_quarter_wait
(
    SELECT tenant, toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind,
        if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, quarter, direction, result, missed_kind, waited
);
-- by number and by band of talk: 7 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_day_number
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, number,
        if(result = 'answered', toInt64(roundDown(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0), [0, 30000, 60000, 180000, 600000])), -1) AS band,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, number, band
);
-- by employee, group and account: 8 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_day_employee
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, employee, group_id,
        if(direction = 'in', '', caller) AS account,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, employee, group_id, account
);
-- service level by group: 12 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_day_group_wait
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, group_id,
        if(direction = 'in' AND result = 'answered', intDiv(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0) + 999, 1000) * 1000, 0) AS waited,
        count(), sum(toInt64(if(toUnixTimestamp64Micro(answered_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0) + 500, 1000), 0))), sum(toInt64(if(toUnixTimestamp64Micro(ringing_at) > 0, intDiv(greatest(toUnixTimestamp64Micro(if(toUnixTimestamp64Micro(answered_at) > 0, answered_at, ended_at)) - toUnixTimestamp64Micro(ringing_at), 0) + 500, 1000), 0)))
    GROUP BY tenant, day, direction, result, missed_kind, group_id, waited
);
-- offers by employee; rows are large and few: 8 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_day_offers
(
    SELECT tenant, toDate(started_at) AS day, direction, result, missed_kind, count(),
        sumMap(offered_to, arrayWithConstant(length(offered_to), toUInt64(1))),
        sumMap(untaken_by, arrayWithConstant(length(untaken_by), toUInt64(1)))
    GROUP BY tenant, day, direction, result, missed_kind
) WITH SETTINGS (index_granularity = 512);
-- who called before, a set of numbers a day: 3 ×
ALTER TABLE calls ON CLUSTER 'callscope' ADD PROJECTION IF NOT EXISTS by_day_callers
(
    SELECT tenant, toDate(started_at) AS day, direction,
        groupBitmapState(if(toString(toUInt64OrZero(caller)) = caller, toUInt64OrZero(caller), bitOr(sipHash64(caller), 9223372036854775808)))
    GROUP BY tenant, day, direction
) WITH SETTINGS (index_granularity = 64);
-- For what is there already; in the background, and right meanwhile.
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE COLUMN offered_to;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE COLUMN untaken_by;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_quarter_wait;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_day_number;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_day_employee;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_day_group_wait;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_day_offers;
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE PROJECTION by_day_callers;
INSERT INTO schema_migrations (id, checksum) VALUES ('0007_by_day', 'bb2c88a7fe4d1d665c29aca8eaaa5dffa7b9c497df93d9cda159a9424fa0fca1');
-- 0008_numbers
-- The journal of a large company (npm run bench -- journal). What is searched for without a period is found by what a granule of `calls` cannot
-- hold: numbers, employees, long talks and waits. These indexes are a few bytes a call, and kept by the engine with the rows: a part whose
-- updates are not merged yet is read past them.
ALTER TABLE calls ON CLUSTER 'callscope'
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
CREATE TABLE IF NOT EXISTS known_numbers ON CLUSTER 'callscope'
(
    tenant     LowCardinality(String),
    party      String,
    written_at DateTime('UTC')
)
ENGINE = ReplicatedReplacingMergeTree(written_at)
ORDER BY (tenant, party)
TTL written_at + INTERVAL 3 YEAR;
CREATE MATERIALIZED VIEW IF NOT EXISTS numbers_of_calls ON CLUSTER 'callscope' TO known_numbers AS
SELECT tenant, arrayJoin(arrayDistinct([caller, dialled, answered_by])) AS party, toDateTime(max(calls.written_at), 'UTC') AS written_at
FROM calls
GROUP BY tenant, party;
-- What is there already. Read as it stands, so that any size takes the same memory; what comes twice is merged.
INSERT INTO known_numbers
SELECT tenant, arrayJoin(arrayDistinct([caller, dialled, answered_by])) AS party, toDateTime(calls.written_at, 'UTC') AS written_at
FROM calls;
-- In the background, and right meanwhile: a part without an index is read whole.
ALTER TABLE calls ON CLUSTER 'callscope'
    MATERIALIZE INDEX by_caller, MATERIALIZE INDEX by_dialled, MATERIALIZE INDEX by_answered_by, MATERIALIZE INDEX by_employee,
    MATERIALIZE INDEX by_leg_employee, MATERIALIZE INDEX by_number, MATERIALIZE INDEX by_talk, MATERIALIZE INDEX by_ring
SETTINGS mutations_sync = 0;
INSERT INTO schema_migrations (id, checksum) VALUES ('0008_numbers', '1534ad44d4502e57cd7ab4100ee50b0b5fa6c3ef946377df10aa2929fbf02c20');
-- 0009_call_marks
-- What PostgreSQL knows of calls beside their facts, as far as calls are chosen by it: jobs/marks writes a call's row anew when
-- anything of it changes, and the row with the highest version stands for it. PostgreSQL stays the truth: the table can be made anew.
-- Talk is told in ms, so that shares are worked out in whole numbers; null: there is no recording that was measured.
CREATE TABLE IF NOT EXISTS call_marks ON CLUSTER 'callscope'
(
    tenant          LowCardinality(String),
    started_at      DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id              String CODEC(ZSTD(1)),
    tags            Array(LowCardinality(String)) CODEC(ZSTD(1)),
    has_note        Bool,
    comments        UInt16,
    score           Nullable(Decimal(5, 2)),
    recorded_ms     Nullable(UInt32),
    -- left is the other party, right ours
    talk_left_ms    Nullable(UInt32),
    talk_right_ms   Nullable(UInt32),
    -- null also where the recording was measured before monologues were
    longest_left_ms  Nullable(UInt32),
    longest_right_ms Nullable(UInt32),
    overtalk_ms     Nullable(UInt32),
    silence_ms      Nullable(UInt32),
    longest_silence_ms Nullable(UInt32),
    version         UInt64
)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id);
INSERT INTO schema_migrations (id, checksum) VALUES ('0009_call_marks', '91ed09500ccaa2dc4ec95927c4d3583061c6377ec0d56a83305a3f50d3c429cd');
-- 0010_call_people
-- Who took part in a call: who called or answered, and everybody it was offered to, a row each, by person and time. So the calls of one employee
-- lie together, with what lists are narrowed by, in the words of `calls`: nothing else of the company is read to find or count them
-- (analytics/query/people.ts; npm run bench -- journal).
--
-- Of rows of one call and person the highest version stands: twice the revision, one more where a revision is gone, so that nothing depends
-- on the order or the repetition of writing. New calls bring their people by the view below. It does not see updates and deletes: the writer
-- brings these before it changes `calls` (ingest/write/call-people.ts).
CREATE TABLE IF NOT EXISTS call_people ON CLUSTER 'callscope'
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
ENGINE = ReplicatedReplacingMergeTree(version, gone)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, person, started_at, id)
-- no sooner than the call itself
TTL written_on + INTERVAL 1 DAY + INTERVAL 3 YEAR
-- the calls of a page are some of one employee's: less is read beside them
SETTINGS index_granularity = 1024;
CREATE MATERIALIZED VIEW IF NOT EXISTS people_of_calls ON CLUSTER 'callscope' TO call_people AS
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
INSERT INTO schema_migrations (id, checksum) VALUES ('0010_call_people', 'ecae1b2ab9eed57cec30421ba31fae209e591867f2b8a050d6a5b1b827dfaa9d');
-- 0011_signalling
-- Where to look for SIP messages whose Call-ID nobody knows: `messages` lies in the order of Call-IDs, this by time and number. A row for each
-- user that a message names (From, To, request URI) and each kind of start line of a Call-ID (method, code) in a block of the writer; neither
-- ACK nor 100. What else is asked about a Call-ID that was found is read from `messages` (analytics/run/signalling.ts; npm run bench -- signalling).
--
-- Ten minutes, then user: a number is a granule or two of each ten minutes, and rows of one user have few agents and addresses, so that the
-- skip indexes let little through. At-least-once, as raw rows are: reads take one row of a Call-ID. It goes when the messages go.
CREATE TABLE IF NOT EXISTS signalling ON CLUSTER 'callscope'
(
    received_at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    at          DateTime64(6, 'UTC') CODEC(Delta, LZ4),
    user        String,
    call_id     String,
    method      LowCardinality(String),
    code        UInt16,
    from_user   String,
    to_user     String,
    agent       LowCardinality(String),
    hosts       Array(LowCardinality(String)),
    INDEX agents agent TYPE set(64) GRANULARITY 1,
    INDEX addresses hosts TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX codes code TYPE set(32) GRANULARITY 1,
    INDEX methods method TYPE set(16) GRANULARITY 1
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(received_at)
ORDER BY (toStartOfTenMinutes(at), user, at)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;
INSERT INTO schema_migrations (id, checksum) VALUES ('0011_signalling', '17ce379a29469b4df476c5731e61e84357470391d57d5b0e0323f4e204c69755');
-- 0012_voice_quality
-- What RTCP says beside the blocks of a report, numbers as on the wire: when the sender sent it (middle 32 bits of NTP time, which the
-- other's LSR names), and the voice metrics of extended reports (RFC 3611, 4.7), an element a source.
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS ntp UInt32 AFTER dlsr;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_ssrc Array(UInt32) AFTER ntp;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_loss Array(UInt8) AFTER xr_ssrc;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_discard Array(UInt8) AFTER xr_loss;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_round_trip Array(UInt16) AFTER xr_discard;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_end_delay Array(UInt16) AFTER xr_round_trip;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_r Array(UInt8) AFTER xr_end_delay;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_mos_lq Array(UInt8) AFTER xr_r;
ALTER TABLE rtcp ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS xr_mos_cq Array(UInt8) AFTER xr_mos_lq;
-- How calls sounded, a row a call: what lists and reports choose calls by. Reckoned when a call is over, and again whenever more is
-- known of it (jobs/voice); the version is when it was. left is the outside, right our side, each as it heard the other. No row: nothing
-- was measured. MOS is in hundredths, so that a bound lets through what is
-- shown; loss is a share, jitter ms.
CREATE TABLE IF NOT EXISTS call_quality ON CLUSTER 'callscope'
(
    tenant        LowCardinality(String),
    started_at    DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id            String CODEC(ZSTD(1)),
    -- of the side that heard worse
    mos           Nullable(Float64),
    loss          Nullable(Float64),
    jitter        Nullable(Float64),
    left_mos      Nullable(Float64),
    right_mos     Nullable(Float64),
    -- the recording has no sound of this side
    left_silent   Bool,
    right_silent  Bool,
    -- where sound came from: of IPv4 the first three bytes, of IPv6 the first four groups
    left_network  LowCardinality(String),
    right_network LowCardinality(String),
    version       UInt64
)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
-- no sooner than the call itself
TTL toDateTime(started_at) + INTERVAL 1 DAY + INTERVAL 3 YEAR;
-- calls that were written lately are found without reading the others
ALTER TABLE calls ON CLUSTER 'callscope' ADD INDEX IF NOT EXISTS lately written_at TYPE minmax GRANULARITY 1;
-- what is there already, in the background
ALTER TABLE calls ON CLUSTER 'callscope' MATERIALIZE INDEX lately;
INSERT INTO schema_migrations (id, checksum) VALUES ('0012_voice_quality', '54acefd707a354e01b161e128494cb13e7e58db2f16ef5f728fbcfcd453cd8a8');
-- 0013_trunk
-- The line to a carrier that a call came or went by, as the edge names it.
ALTER TABLE calls ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS trunk LowCardinality(String) AFTER record_rule;
ALTER TABLE call_people ON CLUSTER 'callscope' ADD COLUMN IF NOT EXISTS trunk LowCardinality(String) AFTER record_rule;
ALTER TABLE people_of_calls ON CLUSTER 'callscope' MODIFY QUERY
SELECT tenant, arrayJoin(arrayDistinct(arrayFilter(e -> e != '', arrayPushBack(leg_employee, employee)))) AS person, started_at, id, direction, result,
    missed_kind, caller, dialled, number, answered_by, employee, group_id, ringing_at, answered_at, ended_at, sip_code, hangup_by,
    record_rule, trunk,
    toUInt64(revision) * 2 AS version, 0 AS gone, toDate(written_at) AS written_on
FROM calls;
INSERT INTO schema_migrations (id, checksum) VALUES ('0013_trunk', '4794a8f8844bf8844a5dad659bdd61a94a3bcbc88dd02b3e9c3f5b251bfb27d7');
-- 0014_call_costs
-- What calls cost, a row a call: what lists, files and figures say of it. `rated_calls` of PostgreSQL is the truth; jobs/rating copies a call's
-- row when it was charged anew or otherwise, and the row with the highest version, which is the charge's revision, stands for it. A call
-- that began at another moment than was thought, and one that is none any more, is `gone` where it stood. No row: not charged.
CREATE TABLE IF NOT EXISTS call_costs ON CLUSTER 'callscope'
(
    tenant     LowCardinality(String),
    started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id         String CODEC(ZSTD(1)),
    -- number of the one that pays
    contract   LowCardinality(String),
    service    LowCardinality(String),
    -- charged, free, gone
    outcome    LowCardinality(String),
    -- of what is free: why
    why        LowCardinality(String),
    -- kopecks, with VAT; vat is what of it is tax
    amount     Int64,
    vat        Int64,
    version    UInt32
)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
-- no sooner than the call itself
TTL toDateTime(started_at) + INTERVAL 1 DAY + INTERVAL 3 YEAR;
INSERT INTO schema_migrations (id, checksum) VALUES ('0014_call_costs', '6dbb49e450c9b4d3b9fc46f2558514da66b8d5843f4a140035a7b4c9650f04b3');
-- For questions by hand: every shard at once.
CREATE TABLE IF NOT EXISTS messages_of_all ON CLUSTER 'callscope' AS messages ENGINE = Distributed('callscope', currentDatabase(), messages, cityHash64(call_id));
CREATE TABLE IF NOT EXISTS rtcp_of_all ON CLUSTER 'callscope' AS rtcp ENGINE = Distributed('callscope', currentDatabase(), rtcp, cityHash64(call_id));
CREATE TABLE IF NOT EXISTS events_of_all ON CLUSTER 'callscope' AS events ENGINE = Distributed('callscope', currentDatabase(), events, cityHash64(call_id));
CREATE TABLE IF NOT EXISTS ledger_frames_of_all ON CLUSTER 'callscope' AS ledger_frames ENGINE = Distributed('callscope', currentDatabase(), ledger_frames, cityHash64(edge));
CREATE TABLE IF NOT EXISTS calls_of_all ON CLUSTER 'callscope' AS calls ENGINE = Distributed('callscope', currentDatabase(), calls, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS call_ids_of_all ON CLUSTER 'callscope' AS call_ids ENGINE = Distributed('callscope', currentDatabase(), call_ids, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS call_revisions_of_all ON CLUSTER 'callscope' AS call_revisions ENGINE = Distributed('callscope', currentDatabase(), call_revisions, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS security_events_of_all ON CLUSTER 'callscope' AS security_events ENGINE = Distributed('callscope', currentDatabase(), security_events, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS ledger_days_of_all ON CLUSTER 'callscope' AS ledger_days ENGINE = Distributed('callscope', currentDatabase(), ledger_days, cityHash64(edge));
CREATE TABLE IF NOT EXISTS registrations_of_all ON CLUSTER 'callscope' AS registrations ENGINE = Distributed('callscope', currentDatabase(), registrations, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS known_numbers_of_all ON CLUSTER 'callscope' AS known_numbers ENGINE = Distributed('callscope', currentDatabase(), known_numbers, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS call_marks_of_all ON CLUSTER 'callscope' AS call_marks ENGINE = Distributed('callscope', currentDatabase(), call_marks, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS call_people_of_all ON CLUSTER 'callscope' AS call_people ENGINE = Distributed('callscope', currentDatabase(), call_people, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS signalling_of_all ON CLUSTER 'callscope' AS signalling ENGINE = Distributed('callscope', currentDatabase(), signalling, cityHash64(call_id));
CREATE TABLE IF NOT EXISTS call_quality_of_all ON CLUSTER 'callscope' AS call_quality ENGINE = Distributed('callscope', currentDatabase(), call_quality, cityHash64(tenant));
CREATE TABLE IF NOT EXISTS call_costs_of_all ON CLUSTER 'callscope' AS call_costs ENGINE = Distributed('callscope', currentDatabase(), call_costs, cityHash64(tenant));
