-- Missed calls as cases: what calls say of them. Everything here can be worked out of the calls again; what people add
-- stands apart in case_notes and case_claims.
CREATE TABLE cases
(
    tenant           text        NOT NULL REFERENCES tenants (id),
    -- id of its first missed call
    id               text        NOT NULL,
    -- outside number as calls have it; '' = hidden, and nobody can be called back
    number           text        NOT NULL,
    own_number       text        NOT NULL,
    -- start of the first missed call: a period selects by it
    opened_at        timestamptz NOT NULL,
    -- its end: from here on somebody waits
    waiting_from     timestamptz NOT NULL,
    last_missed_at   timestamptz NOT NULL,
    missed_calls     text[]      NOT NULL,
    -- employees whom the missed calls were offered to
    offered          text[]      NOT NULL,
    -- our calls back, the one that succeeded among them
    attempts         integer     NOT NULL,
    attempted_by     text[]      NOT NULL,
    first_attempt_at timestamptz,
    last_attempt_at  timestamptz,
    outcome          text        NOT NULL CHECK (outcome IN ('open', 'calledBack', 'gotThrough')),
    closed_at        timestamptz,
    closed_call      text        NOT NULL,
    closed_by        text        NOT NULL,
    -- null: nobody can be called back
    due_at           timestamptz,
    PRIMARY KEY (tenant, id),
    CHECK ((outcome = 'open') = (closed_at IS NULL))
);
CREATE INDEX cases_number ON cases (tenant, number, waiting_from);
CREATE INDEX cases_opened ON cases (tenant, opened_at, id);
CREATE INDEX cases_open ON cases (tenant, opened_at) WHERE outcome = 'open';
CREATE INDEX cases_missed_calls ON cases USING gin (missed_calls);

-- What people say of a case. Kept by a missed call, so that it stays with it however the case is worked out again.
CREATE TABLE case_notes
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL,
    -- employee of the directory
    owner      text        NOT NULL DEFAULT '',
    status     text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'working', 'dismissed')),
    comment    text        NOT NULL DEFAULT '',
    changed_by text        NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id)
);

-- Who calls a number back right now: one at a time, and for a while only.
CREATE TABLE case_claims
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    number     text        NOT NULL,
    holder     text        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, number)
);

-- Up to where the CALLS stream is worked into cases. One row; the stream made anew has another name.
CREATE TABLE case_progress
(
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    stream text   NOT NULL,
    seq    bigint NOT NULL
);

ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;
ALTER TABLE case_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE case_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_claims FORCE ROW LEVEL SECURITY;
ALTER TABLE case_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_progress FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON cases TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON case_notes TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON case_claims TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON case_progress TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases, case_notes, case_claims TO app;
GRANT SELECT, INSERT, UPDATE ON case_progress TO app_operator;
