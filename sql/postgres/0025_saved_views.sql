-- A page with its conditions under a name: a person's own, or the company's.
CREATE TABLE saved_views
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    -- whose own it is; null: shared, the company's, which stays when whoever made it goes
    user_id    bigint REFERENCES users (id) ON DELETE CASCADE,
    -- the page's name after /c/{company}/
    page       text        NOT NULL CHECK (page <> ''),
    name       text        NOT NULL CHECK (name <> ''),
    -- of the page's address, without ?; words of a period stay words
    query      text        NOT NULL,
    -- login, or name of the token
    made_by    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (tenant, user_id, page, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX saved_views_user ON saved_views (user_id);

ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_views FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_views TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON saved_views TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO app;
GRANT SELECT ON saved_views TO app_operator;
