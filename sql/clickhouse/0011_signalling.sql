-- Where to look for SIP messages whose Call-ID nobody knows: `messages` lies in the order of Call-IDs, this by time and number. A row for each
-- user that a message names (From, To, request URI) and each kind of start line of a Call-ID (method, code) in a block of the writer; neither
-- ACK nor 100. What else is asked about a Call-ID that was found is read from `messages` (analytics/run/signalling.ts; npm run bench -- signalling).
--
-- Ten minutes, then user: a number is a granule or two of each ten minutes, and rows of one user have few agents and addresses, so that the
-- skip indexes let little through. At-least-once, as raw rows are: reads take one row of a Call-ID. It goes when the messages go.
CREATE TABLE IF NOT EXISTS signalling {on_cluster}
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
ENGINE = {engine}
PARTITION BY toDate(received_at)
ORDER BY (toStartOfTenMinutes(at), user, at)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, min_bytes_for_wide_part = 268435456, merge_selector_base = 12;
