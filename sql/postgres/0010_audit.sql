-- Who did what, from where, and what it was before and after: one line an act. Lines are never altered nor removed by the product:
-- neither role may.
CREATE TABLE audit
(
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    -- in which company; null: in the operator's own matters
    tenant  text REFERENCES tenants (id),
    by      text        NOT NULL CHECK (by IN ('person', 'token', 'system')),
    -- login, name of the token, or the service
    who     text        NOT NULL,
    -- company of who did it; null: the operator's
    whose   text,
    -- address that the request came from; '' for the system
    address text        NOT NULL,
    act     text        NOT NULL CHECK (act <> ''),
    -- what it was done to: a call, a login, a number
    subject text        NOT NULL DEFAULT '',
    before  jsonb,
    after   jsonb
);
CREATE INDEX audit_company ON audit (tenant, at DESC, id DESC);
CREATE INDEX audit_subject ON audit (tenant, act, subject, at DESC);

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON audit TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON audit TO app_operator USING (true);
GRANT SELECT, INSERT ON audit TO app, app_operator;
