-- Finished conversations, one row each, tenant first. Zero in a time column = did not happen.
-- Written in blocks with a token (exactly once); later knowledge is a lightweight UPDATE with revision + 1.
CREATE TABLE IF NOT EXISTS calls {on_cluster}
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
ENGINE = {engine}
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
TTL toDateTime(written_at) + INTERVAL 3 YEAR
SETTINGS non_replicated_deduplication_window = 10000, enable_block_number_column = 1, enable_block_offset_column = 1,
         lightweight_mutation_projection_mode = 'rebuild', deduplicate_merge_projection_mode = 'rebuild';

-- Any Call-ID of a conversation leads to it. Call-ID first: the assembler looks a late fact up without knowing the company.
CREATE TABLE IF NOT EXISTS call_ids {on_cluster}
(
    call_id    String,
    tenant     LowCardinality(String),
    id         String,
    started_at DateTime64(6, 'UTC')
)
ENGINE = {engine}
ORDER BY (call_id, tenant)
SETTINGS non_replicated_deduplication_window = 10000;

-- Why a written call changed: one line a revision, with old and new values of the changed fields.
CREATE TABLE IF NOT EXISTS call_revisions {on_cluster}
(
    tenant   LowCardinality(String),
    id       String,
    revision UInt32,
    at       DateTime64(3, 'UTC'),
    why      LowCardinality(String),
    changes  String
)
ENGINE = {engine}
ORDER BY (tenant, id, revision)
TTL toDateTime(at) + INTERVAL 3 YEAR
SETTINGS non_replicated_deduplication_window = 10000;

-- Failed authentication: not calls. At-least-once; reads drop repeats by (call_id, what).
CREATE TABLE IF NOT EXISTS security_events {on_cluster}
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
ENGINE = {engine}
ORDER BY (at, call_id)
TTL toDateTime(written_at) + INTERVAL 1 YEAR
SETTINGS non_replicated_deduplication_window = 10000;
