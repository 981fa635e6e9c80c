-- What RTCP says beside the blocks of a report, numbers as on the wire: when the sender sent it (middle 32 bits of NTP time, which the
-- other's LSR names), and the voice metrics of extended reports (RFC 3611, 4.7), an element a source.
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS ntp UInt32 AFTER dlsr;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_ssrc Array(UInt32) AFTER ntp;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_loss Array(UInt8) AFTER xr_ssrc;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_discard Array(UInt8) AFTER xr_loss;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_round_trip Array(UInt16) AFTER xr_discard;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_end_delay Array(UInt16) AFTER xr_round_trip;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_r Array(UInt8) AFTER xr_end_delay;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_mos_lq Array(UInt8) AFTER xr_r;
ALTER TABLE rtcp {on_cluster} ADD COLUMN IF NOT EXISTS xr_mos_cq Array(UInt8) AFTER xr_mos_lq;

-- How calls sounded, a row a call: what lists and reports choose calls by. Reckoned when a call is over, and again whenever more is
-- known of it (jobs/voice); the version is when it was. left is the outside, right our side, each as it heard the other. No row: nothing
-- was measured. MOS is in hundredths, so that a bound lets through what is
-- shown; loss is a share, jitter ms.
CREATE TABLE IF NOT EXISTS call_quality {on_cluster}
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
ENGINE = {replacing_engine}(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
-- no sooner than the call itself
TTL toDateTime(started_at) + INTERVAL 1 DAY + INTERVAL 3 YEAR;

-- calls that were written lately are found without reading the others
ALTER TABLE calls {on_cluster} ADD INDEX IF NOT EXISTS lately written_at TYPE minmax GRANULARITY 1;
-- what is there already, in the background
ALTER TABLE calls {on_cluster} MATERIALIZE INDEX lately;
