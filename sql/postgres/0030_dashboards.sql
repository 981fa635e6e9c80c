-- Which cards of the dashboard a person sees, and in which order; no row: as their role has it.
CREATE TABLE dashboards
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    user_id    bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- in their order
    shown      text[]      NOT NULL,
    -- taken away; a card that stands in neither list came later and is shown as the role has it
    hidden     text[]      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, user_id)
);
CREATE INDEX dashboards_user ON dashboards (user_id);

ALTER TABLE dashboards ENABLE ROW LEVEL SECURITY;
ALTER TABLE dashboards FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON dashboards TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON dashboards TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON dashboards TO app;
GRANT SELECT ON dashboards TO app_operator;
