-- Boards on the wall: live figures of a company for whoever has the address, without signing in. The token itself is shown once and kept nowhere.
CREATE TABLE boards
(
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL REFERENCES tenants (id),
    name       text        NOT NULL CHECK (name <> ''),
    -- ids of the directory that are shown; none: the whole company
    groups     text[]      NOT NULL,
    -- how much of a caller's number stands on the wall
    numbers    text        NOT NULL CHECK (numbers IN ('none', 'ending', 'whole')),
    theme      text        NOT NULL CHECK (theme IN ('dark', 'light')),
    -- from when on a figure is yellow and red
    thresholds jsonb       NOT NULL,
    -- sha256
    hash       bytea       NOT NULL UNIQUE,
    -- who made it: as long as they may make boards of the company, it shows something
    by         text        NOT NULL CHECK (by IN ('person', 'token')),
    maker      bigint      NOT NULL,
    who        text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE UNIQUE INDEX boards_name ON boards (tenant, lower(name)) WHERE revoked_at IS NULL;

ALTER TABLE boards ENABLE ROW LEVEL SECURITY;
ALTER TABLE boards FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON boards TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON boards TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE ON boards TO app;
GRANT SELECT ON boards TO app_operator;
