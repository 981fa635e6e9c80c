-- Stretches of time in which figures may be incomplete or odd: a recorder that stood, a trunk that was down, packets that
-- nobody received. Written by jobs as they begin and end; a few rows a month, kept for two years.
CREATE TABLE incidents
(
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text        NOT NULL CHECK (kind IN ('recorder_stopped', 'trunk_down', 'edge_down', 'data_gap')),
    -- whose it is; null: everybody's
    tenant   text REFERENCES tenants (id),
    -- what it happened to: a service, an edge, a trunk
    what     text        NOT NULL,
    began_at timestamptz NOT NULL,
    -- null: it goes on
    ended_at timestamptz CHECK (ended_at >= began_at)
);
CREATE UNIQUE INDEX incidents_going ON incidents (kind, what) WHERE ended_at IS NULL;
CREATE INDEX incidents_began ON incidents (began_at);

-- When each part that is watched was last known to be well: so that a life of jobs knows what its predecessor knew.
CREATE TABLE watched_parts
(
    kind     text        NOT NULL,
    what     text        NOT NULL,
    tenant   text REFERENCES tenants (id),
    well_at  timestamptz NOT NULL,
    PRIMARY KEY (kind, what)
);

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
ALTER TABLE incidents FORCE ROW LEVEL SECURITY;
ALTER TABLE watched_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE watched_parts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON incidents TO app USING (tenant IS NULL OR tenant = current_setting('app.tenant', true));
CREATE POLICY every ON incidents TO app_operator USING (true);
CREATE POLICY every ON watched_parts TO app_operator USING (true);
GRANT SELECT ON incidents TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON incidents, watched_parts TO app_operator;
