-- Links by which somebody hears one recording without signing in. The token itself is shown once and kept nowhere.
CREATE TABLE recording_links
(
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL,
    -- null: all segments, joined
    segment    integer CHECK (segment > 0),
    download   boolean     NOT NULL,
    -- sha256
    hash       bytea       NOT NULL UNIQUE,
    -- who made it: as long as they may hear the recording, whoever has the link may
    by         text        NOT NULL CHECK (by IN ('person', 'token')),
    maker      bigint      NOT NULL,
    who        text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX recording_links_call ON recording_links (tenant, call_id);
CREATE INDEX recording_links_expiry ON recording_links (expires_at);

ALTER TABLE recording_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_links FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_links TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON recording_links TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE ON recording_links TO app;
GRANT SELECT, DELETE ON recording_links TO app_operator;
