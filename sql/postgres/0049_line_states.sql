-- A company sees how its own lines are, and whether an edge says anything at all.
CREATE POLICY own ON watched_parts TO app USING (tenant IS NULL OR tenant = current_setting('app.tenant', true));
GRANT SELECT ON watched_parts TO app;
