-- The ledger of past days, summed: ledger_frames has a row a frame, which is millions a day.
CREATE TABLE IF NOT EXISTS ledger_days {on_cluster}
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
ENGINE = {engine}
ORDER BY (day, edge, boot, channel)
SETTINGS non_replicated_deduplication_window = 1000;
