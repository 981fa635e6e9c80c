-- Recordings: one row a segment, which is one file of the relay. A call has several when recording was stopped and begun again.
CREATE TABLE recordings
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    -- id of the conversation
    call_id    text        NOT NULL,
    -- 16 hex digits that the relay gave to the file: the same however often it is worked on
    segment    text        NOT NULL,
    status     text        NOT NULL CHECK (status IN ('ready', 'none', 'failed', 'expired', 'erased')),
    -- '' when ready
    reason     text        NOT NULL DEFAULT '',
    -- what went wrong, for the operator
    detail     text        NOT NULL DEFAULT '',
    -- of the first sample
    started_at timestamptz,
    seconds    numeric(12, 3),
    format     text,
    object_key text,
    bytes      bigint,
    sha256     text,
    -- waveform, 255 = full scale: left is the client, right our side
    peaks_left  bytea,
    peaks_right bytea,
    -- talk share, overtalk, silences, levels
    talk       jsonb,
    -- how the sides were told apart: description, call_id, guess
    sides_by   text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id, segment),
    CHECK ((status = 'ready') = (reason = '')),
    CHECK (status <> 'ready' OR (started_at, seconds, format, object_key, bytes, sha256) IS NOT NULL)
);
CREATE INDEX recordings_started ON recordings (tenant, started_at);

ALTER TABLE recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recordings TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE ON recordings TO app;
