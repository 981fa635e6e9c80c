-- What PostgreSQL knows of calls beside their facts, as far as calls are chosen by it: jobs/marks writes a call's row anew when
-- anything of it changes, and the row with the highest version stands for it. PostgreSQL stays the truth: the table can be made anew.
-- Talk is told in ms, so that shares are worked out in whole numbers; null: there is no recording that was measured.
CREATE TABLE IF NOT EXISTS call_marks {on_cluster}
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
ENGINE = {replacing_engine}(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id);
