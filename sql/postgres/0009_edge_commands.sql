-- What people and programs told the edge to do, and what came of it. Written before the command leaves, so that one whose
-- end nobody saw stands here without an outcome.
CREATE TABLE edge_commands
(
    id          text        PRIMARY KEY,
    tenant      text        NOT NULL REFERENCES tenants (id),
    at          timestamptz NOT NULL,
    author      text        NOT NULL,
    author_kind text        NOT NULL CHECK (author_kind IN ('person', 'token', 'operator')),
    command     text        NOT NULL,
    -- Call-ID, '' for what is about no call; that of a call which was asked for is known afterwards
    call_id     text        NOT NULL,
    -- number, account or announcement, '' = none
    target      text        NOT NULL,
    -- edge that answered, '' = none did
    node        text        NOT NULL DEFAULT '',
    -- ok, or the reason why not; null = not known (yet)
    outcome     text,
    said        text        NOT NULL DEFAULT '',
    finished_at timestamptz,
    -- the caller's own name for the request: said again it is not carried out again
    request_key text
);
CREATE UNIQUE INDEX edge_commands_request ON edge_commands (tenant, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX edge_commands_call ON edge_commands (tenant, call_id, at);
CREATE INDEX edge_commands_at ON edge_commands (tenant, at);

ALTER TABLE edge_commands ENABLE ROW LEVEL SECURITY;
ALTER TABLE edge_commands FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON edge_commands TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON edge_commands TO app_operator USING (true);
GRANT SELECT, INSERT ON edge_commands TO app;
-- a line is completed, never altered
GRANT UPDATE (node, outcome, said, finished_at, call_id) ON edge_commands TO app;
GRANT SELECT ON edge_commands TO app_operator;
