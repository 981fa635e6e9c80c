-- Who changed a directory, when and what: one line for each change, never altered, also when a later change replaces the
-- version it made. A correction of the past changes several versions and is one line.
CREATE TABLE directory_changes
(
    tenant         text        NOT NULL REFERENCES tenants (id),
    -- of the company, by then
    version        bigint      NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    -- login or name of the token; empty: the operator's token
    author         text        NOT NULL,
    author_kind    text        NOT NULL CHECK (author_kind IN ('person', 'token', 'operator')),
    kind           text        NOT NULL CHECK (kind IN ('replace', 'edit', 'import', 'recompute')),
    valid_from     timestamptz NOT NULL,
    -- written calls from here on are to be resolved again; null: only those of the last days
    recompute_from timestamptz,
    added          integer     NOT NULL,
    changed        integer     NOT NULL,
    removed        integer     NOT NULL,
    -- [{op, kind, key, before, after}] of the version at valid_from
    diff           jsonb       NOT NULL,
    PRIMARY KEY (tenant, version)
);
ALTER TABLE directory_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE directory_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON directory_changes TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON directory_changes TO app_operator USING (true);
GRANT SELECT, INSERT ON directory_changes TO app, app_operator;

-- The change that wrote a version last; null: before changes were kept.
ALTER TABLE directory_versions ADD COLUMN change bigint;
