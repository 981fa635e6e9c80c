-- What calls cost, a row a call: what lists, files and figures say of it. `rated_calls` of PostgreSQL is the truth; jobs/rating copies a call's
-- row when it was charged anew or otherwise, and the row with the highest version, which is the charge's revision, stands for it. A call
-- that began at another moment than was thought, and one that is none any more, is `gone` where it stood. No row: not charged.
CREATE TABLE IF NOT EXISTS call_costs {on_cluster}
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
ENGINE = {replacing_engine}(version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (tenant, started_at, id)
-- no sooner than the call itself
TTL toDateTime(started_at) + INTERVAL 1 DAY + INTERVAL 3 YEAR;
