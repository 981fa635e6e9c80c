-- A company reads of its own lines, and whether the exchange is there. What else the operator has, its lines to carriers above all, is the operator's.
DROP POLICY own ON watched_parts;
CREATE POLICY own ON watched_parts TO app USING (tenant = current_setting('app.tenant', true) OR (tenant IS NULL AND kind = 'edge_down'));
