-- A hold may end by itself. Null: when somebody releases it.
ALTER TABLE recording_holds ADD COLUMN until timestamptz;

-- What went beside recordings, by its kind ({"links": 2}).
ALTER TABLE recording_erasures ADD COLUMN others jsonb NOT NULL DEFAULT '{}';
-- when calls that the number may have come into later were looked through again
ALTER TABLE recording_erasures ADD COLUMN looked_at timestamptz;
-- something was erased that no report says yet
ALTER TABLE recording_erasures ADD COLUMN unsigned boolean NOT NULL DEFAULT true;
CREATE INDEX recording_erasures_unsigned ON recording_erasures (id) WHERE unsigned AND finished_at IS NOT NULL;
CREATE INDEX recording_erasures_finished ON recording_erasures (finished_at);

-- Reports of erasures as they were signed, the same bytes for good: what is erased later is a further edition.
CREATE TABLE recording_erasure_reports
(
    tenant    text        NOT NULL REFERENCES tenants (id),
    erasure   bigint      NOT NULL REFERENCES recording_erasures (id),
    edition   integer     NOT NULL CHECK (edition > 0),
    document  text        NOT NULL,
    -- Ed25519, and the public key to it; base64url
    signature text        NOT NULL,
    key       text        NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, erasure, edition)
);

ALTER TABLE recording_erasure_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_erasure_reports FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_erasure_reports TO app USING (tenant = current_setting('app.tenant', true));
-- a report is never altered
GRANT SELECT, INSERT ON recording_erasure_reports TO app;
-- what was written of a review goes with the recording that it is about; who did what and when stays
GRANT UPDATE (detail) ON quality_events TO app;
