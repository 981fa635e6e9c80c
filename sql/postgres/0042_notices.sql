-- Who is told of a missed call, and how it went.
CREATE TABLE notice_rules
(
    tenant         text        NOT NULL REFERENCES tenants (id),
    id             bigint GENERATED ALWAYS AS IDENTITY,
    name           text        NOT NULL CHECK (name <> ''),
    -- own numbers in the store's spelling; null: all, also calls without one
    numbers        text[],
    -- why nobody answered; null: whatever it was
    kinds          text[],
    channel        text        NOT NULL CHECK (channel IN ('email', 'webhook')),
    -- addresses of letters, or the one address that is asked
    targets        text[]      NOT NULL CHECK (cardinality(targets) > 0),
    -- what a webhook is signed with, as only the installation's master key opens it
    secret_master  text,
    secret_wrapped bytea,
    is_on          boolean     NOT NULL DEFAULT true,
    made_by        text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    CHECK ((channel = 'webhook') = (secret_wrapped IS NOT NULL)),
    CHECK ((secret_master IS NULL) = (secret_wrapped IS NULL))
);

-- One conversation is told of once by a rule, however often its news comes again: the key says so.
CREATE TABLE notices
(
    tenant     text        NOT NULL,
    rule       bigint      NOT NULL,
    call_id    text        NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- {from, number, startedAt, endedAt, missedKind}: as the call was when it was missed
    facts      jsonb       NOT NULL,
    -- `over`: somebody answered after all, as later facts told, and nothing had gone yet
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'over')),
    tries      integer     NOT NULL DEFAULT 0,
    -- when it is tried (again), or its taker counts as dead
    next_at    timestamptz NOT NULL DEFAULT now(),
    fault      text        NOT NULL DEFAULT '',
    made_at    timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz,
    PRIMARY KEY (tenant, rule, call_id),
    FOREIGN KEY (tenant, rule) REFERENCES notice_rules (tenant, id) ON DELETE CASCADE
);
CREATE INDEX notices_waiting ON notices (next_at) WHERE state = 'waiting';
CREATE INDEX notices_log ON notices (tenant, id DESC);

ALTER TABLE notice_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notice_rules TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON notices TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON notice_rules TO app_operator USING (true);
CREATE POLICY every ON notices TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_rules, notices TO app;
GRANT SELECT ON notice_rules TO app_operator;
GRANT SELECT, UPDATE, DELETE ON notices TO app_operator;
