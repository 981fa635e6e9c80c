-- Files that are made in the background, while whoever asked for one does something else.
CREATE TABLE exports
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    -- whose it is, and with whose rights it is made: a person or a token, as they stand when it is
    by         text        NOT NULL CHECK (by IN ('person', 'token')),
    maker      text        NOT NULL,
    who        text        NOT NULL,
    -- of which page or call of REST, and what it was asked
    question   jsonb       NOT NULL,
    format     text        NOT NULL CHECK (format IN ('csv', 'xlsx', 'json', 'pdf')),
    -- as people read it, and the name of the file; the same in Latin letters
    title      text        NOT NULL,
    plain_name text        NOT NULL DEFAULT 'export',
    -- gone: nobody sees it any more, and what is left of it is being removed
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'gone')),
    asked_at   timestamptz NOT NULL DEFAULT now(),
    begun_at   timestamptz,
    ended_at   timestamptz,
    -- until when it is kept; null: it has not ended
    expires_at timestamptz,
    rows       bigint      NOT NULL DEFAULT 0,
    -- null: nobody counted them before
    of_rows    bigint,
    bytes      bigint      NOT NULL DEFAULT 0,
    -- of what was made: where it is, or where half of it may be; null: nothing is there
    object     text,
    -- who made it the last time: whoever was taken for dead and comes back finds another number
    tries      integer     NOT NULL DEFAULT 0,
    -- when it is taken (again), or its taker counts as dead
    next_at    timestamptz NOT NULL DEFAULT now(),
    fault      text        NOT NULL DEFAULT '' CHECK (fault IN ('', 'rights', 'question', 'pdf', 'again', 'failed')),
    -- the question as calls are asked, for the audit; null: it has figures, and no calls
    filter     jsonb,
    -- how far the right reached with which it was made; null: the whole company
    within     jsonb,
    hears      boolean     NOT NULL DEFAULT false,
    -- wanted: when it is ready
    letter     text        NOT NULL DEFAULT 'none' CHECK (letter IN ('none', 'wanted', 'waiting', 'sent', 'failed')),
    letter_tries integer   NOT NULL DEFAULT 0,
    letter_next_at timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX exports_open ON exports (next_at) WHERE state IN ('waiting', 'running');
CREATE INDEX exports_own ON exports (tenant, by, maker, id);
CREATE INDEX exports_kept ON exports (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX exports_letters ON exports (letter_next_at) WHERE letter = 'waiting';

-- Who comes when: everybody's first before anybody's second, so that nobody waits for all that one person asked for.
CREATE VIEW export_line WITH (security_invoker = true) AS
SELECT tenant, id, row_number() OVER (ORDER BY nth, id) AS place
FROM (SELECT tenant, id, state, row_number() OVER (PARTITION BY tenant, by, maker ORDER BY state, id) AS nth
      FROM exports WHERE state IN ('waiting', 'running')) AS line
WHERE state = 'waiting';

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON exports TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON exports TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO app;
GRANT SELECT, UPDATE, DELETE ON exports TO app_operator;
GRANT SELECT ON export_line TO app_operator;
