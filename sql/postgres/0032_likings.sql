-- How a person likes a page (its columns, their order), kept on the server so that it follows them to another machine; no row: as the page begins.
CREATE TABLE likings
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    user_id    bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    page       text        NOT NULL,
    value      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, user_id, page)
);
CREATE INDEX likings_user ON likings (user_id);

ALTER TABLE likings ENABLE ROW LEVEL SECURITY;
ALTER TABLE likings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON likings TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON likings TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON likings TO app;
GRANT SELECT ON likings TO app_operator;
