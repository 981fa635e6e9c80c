-- Stretches of time in which a phone was registered. At-least-once: a stretch is written again when it gets longer or ends,
-- and the row with the highest version stands for it. ended_at 1970 = it stands, or nobody saw its end: expires_at bounds it.
CREATE TABLE IF NOT EXISTS registrations {on_cluster}
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
ENGINE = {replacing_engine}(version)
PARTITION BY toYYYYMM(registered_at)
ORDER BY (tenant, account, registered_at, domain, contact)
TTL toDateTime(written_at) + INTERVAL 1 YEAR;
