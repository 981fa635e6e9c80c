-- How long tables of the store keep their rows, where the operator wants it otherwise than the platform does, and companies
-- that keep their calls shorter.
CREATE TABLE retention
(
    what       text PRIMARY KEY,
    days       integer     NOT NULL CHECK (days BETWEEN 1 AND 3653),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE retention_companies
(
    tenant     text PRIMARY KEY REFERENCES tenants (id),
    call_days  integer     NOT NULL CHECK (call_days BETWEEN 31 AND 3653),
    changed_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE retention ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention FORCE ROW LEVEL SECURITY;
ALTER TABLE retention_companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_companies FORCE ROW LEVEL SECURITY;
CREATE POLICY every ON retention TO app_operator USING (true);
CREATE POLICY every ON retention_companies TO app_operator USING (true);
-- what a page of a company says of packets that are gone
CREATE POLICY everybodys ON retention FOR SELECT TO app USING (true);
CREATE POLICY own ON retention_companies TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON retention, retention_companies TO app_operator;
GRANT SELECT ON retention, retention_companies TO app;

-- What was wrong with the system, from when to when, and whether the operator was told.
CREATE TABLE troubles
(
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text        NOT NULL,
    -- which stage, service, stream
    what     text        NOT NULL DEFAULT '',
    detail   text        NOT NULL DEFAULT '',
    began_at timestamptz NOT NULL DEFAULT now(),
    -- null: it goes on
    ended_at timestamptz,
    -- of its beginning, and of its end
    told_at       timestamptz,
    told_over_at  timestamptz,
    -- when it is told (again), or its teller counts as dead
    next_at  timestamptz NOT NULL DEFAULT now(),
    fault    text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX troubles_going ON troubles (kind, what) WHERE ended_at IS NULL;
CREATE INDEX troubles_began ON troubles (began_at);
ALTER TABLE troubles ENABLE ROW LEVEL SECURITY;
ALTER TABLE troubles FORCE ROW LEVEL SECURITY;
CREATE POLICY every ON troubles TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON troubles TO app_operator;
