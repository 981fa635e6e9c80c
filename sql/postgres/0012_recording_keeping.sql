-- Who took part, as far as holds and erasures ask: numbers as calls have them, ids of employees. Refreshed before a recording goes.
ALTER TABLE recordings ADD COLUMN numbers text[] NOT NULL DEFAULT '{}';
ALTER TABLE recordings ADD COLUMN employees text[] NOT NULL DEFAULT '{}';
-- audio that is to be removed from the archive: the row has said so before the file goes
CREATE INDEX recordings_leaving ON recordings (tenant, updated_at) WHERE status IN ('expired', 'erased') AND object_key IS NOT NULL;
CREATE INDEX recordings_numbers ON recordings USING gin (numbers);

-- How long a company keeps recordings. No row: as long as keep_days says by default.
CREATE TABLE recording_keeping
(
    tenant     text PRIMARY KEY REFERENCES tenants (id),
    -- after this many days a recording goes; null: never
    keep_days  integer CHECK (keep_days BETWEEN 1 AND 36500),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- What may not go, whatever the days say and whoever asks, until somebody releases it.
CREATE TABLE recording_holds
(
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant      text        NOT NULL REFERENCES tenants (id),
    kind        text        NOT NULL CHECK (kind IN ('call', 'number', 'employee', 'all')),
    -- id of a call, a number, id of an employee; '' for all
    value       text        NOT NULL,
    -- recordings of this time only: [from, to), null = without an end
    from_at     timestamptz,
    to_at       timestamptz,
    reason      text        NOT NULL CHECK (reason <> ''),
    by          text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by text,
    CHECK ((kind = 'all') = (value = '')),
    CHECK (from_at < to_at)
);
CREATE INDEX recording_holds_standing ON recording_holds (tenant) WHERE released_at IS NULL;

-- Recordings of a number that somebody asked to have erased, and what came of it.
CREATE TABLE recording_erasures
(
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant      text        NOT NULL REFERENCES tenants (id),
    number      text        NOT NULL CHECK (number <> ''),
    reason      text        NOT NULL CHECK (reason <> ''),
    by          text        NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    -- calls are looked through from the oldest on: the last one that was
    done_start  bigint      NOT NULL DEFAULT 0,
    done_call   text        NOT NULL DEFAULT '',
    calls       integer     NOT NULL DEFAULT 0,
    finished_at timestamptz
);
CREATE INDEX recording_erasures_number ON recording_erasures (tenant, number, asked_at);
CREATE INDEX recording_erasures_waiting ON recording_erasures (id) WHERE finished_at IS NULL;

-- The report of an erasure: each recording that it met.
CREATE TABLE recording_erasure_lines
(
    tenant     text    NOT NULL REFERENCES tenants (id),
    erasure    bigint  NOT NULL REFERENCES recording_erasures (id),
    call_id    text    NOT NULL,
    segment    text    NOT NULL,
    -- held: a hold stands in the way; the number of the hold
    hold       bigint,
    started_at timestamptz,
    seconds    numeric(12, 3),
    sha256     text,
    PRIMARY KEY (tenant, erasure, call_id, segment)
);

ALTER TABLE recording_keeping ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_keeping FORCE ROW LEVEL SECURITY;
ALTER TABLE recording_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_holds FORCE ROW LEVEL SECURITY;
ALTER TABLE recording_erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_erasures FORCE ROW LEVEL SECURITY;
ALTER TABLE recording_erasure_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_erasure_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_keeping TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON recording_holds TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON recording_erasures TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON recording_erasure_lines TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE ON recording_keeping, recording_holds, recording_erasures TO app;
GRANT SELECT, INSERT ON recording_erasure_lines TO app;
-- which companies have work waiting is asked for all of them
CREATE POLICY every ON recordings TO app_operator USING (true);
CREATE POLICY every ON recording_keeping TO app_operator USING (true);
CREATE POLICY every ON recording_holds TO app_operator USING (true);
CREATE POLICY every ON recording_erasures TO app_operator USING (true);
GRANT SELECT ON recordings, recording_keeping, recording_holds, recording_erasures TO app_operator;
