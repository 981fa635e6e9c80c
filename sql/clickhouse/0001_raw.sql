-- Raw traffic: at-least-once. (stream_seq, idx) is the identity of a row; reads are per call and drop repeats.
-- Small parts stay compact and merges are rarer and wider: written once, read by call, gone after a month.
-- TTL counts from receipt: a replay of old captures must not vanish at insert.
CREATE TABLE IF NOT EXISTS messages {on_cluster}
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
ENGINE = {engine}
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;

CREATE TABLE IF NOT EXISTS rtcp {on_cluster}
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
ENGINE = {engine}
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;

CREATE TABLE IF NOT EXISTS events {on_cluster}
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
ENGINE = {engine}
PARTITION BY toDate(received_at)
ORDER BY (call_id, received_at, stream_seq, idx)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;

-- What became of each frame's packets: the ledger's decode stage. One row a frame, replaced when the frame is
-- decoded again, so that a redelivery is not counted twice. A heartbeat (count 0) only carries the edge's drop totals.
CREATE TABLE IF NOT EXISTS ledger_frames {on_cluster}
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
ENGINE = {replacing_engine}
PARTITION BY toDate(received_at)
ORDER BY (edge, boot, channel, first_n, count);
