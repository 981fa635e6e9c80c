-- Keys with which companies' recordings are sealed, as only the installation's master key (RECORDING_KEYS_FILE) opens them. One
-- that is retired seals nothing new and still opens what it sealed.
CREATE TABLE recording_keys
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    version    integer     NOT NULL CHECK (version > 0),
    -- which master key wrapped it: the first 16 hex digits of its SHA-256
    master     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (tenant, version)
);
CREATE UNIQUE INDEX recording_keys_current ON recording_keys (tenant) WHERE retired_at IS NULL;

ALTER TABLE recording_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_keys TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON recording_keys TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE ON recording_keys TO app;
GRANT SELECT, UPDATE ON recording_keys TO app_operator;

-- Before this part the recording was masked: between it and the one before people hear silence, as long as the mask was.
ALTER TABLE recordings ADD COLUMN after_mask boolean NOT NULL DEFAULT false;
-- The archive is compared with the rows in the order of its names, which is that of their bytes.
CREATE INDEX recordings_objects ON recordings (tenant, object_key COLLATE "C") WHERE object_key IS NOT NULL;
CREATE INDEX recordings_segment ON recordings (tenant, segment);
-- what a hold kept and is erased later is said to be erased
GRANT UPDATE (hold) ON recording_erasure_lines TO app;
