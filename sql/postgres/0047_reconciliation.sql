-- What capture, events, accounting, calls and recordings of a day say of one another. A row a day: asked for each night and by the
-- operator; done anew it replaces what it found before.
CREATE TABLE reconciliations
(
    -- UTC, as the archive has its days
    day         date PRIMARY KEY,
    state       text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'done', 'failed')),
    asked_at    timestamptz NOT NULL DEFAULT now(),
    begun_at    timestamptz,
    finished_at timestamptz,
    failure     text        NOT NULL DEFAULT '',
    -- packets of that day were still kept: without them nothing can be said of capture
    has_capture boolean     NOT NULL DEFAULT true,
    -- how many of each were compared
    compared    jsonb       NOT NULL DEFAULT '{}',
    -- how many of each cause were found; the list has the first of each
    found       jsonb       NOT NULL DEFAULT '{}'
);
CREATE TABLE reconciliation_findings
(
    day     date        NOT NULL REFERENCES reconciliations (day) ON DELETE CASCADE,
    cause   text        NOT NULL,
    place   integer     NOT NULL,
    -- '': of no company
    tenant  text        NOT NULL DEFAULT '',
    -- id of the conversation, or a Call-ID of which there is none
    call_id text        NOT NULL DEFAULT '',
    at      timestamptz,
    -- key of an object, or what is known beside
    detail  text        NOT NULL DEFAULT '',
    PRIMARY KEY (day, cause, place)
);
CREATE FUNCTION reconciliation_asked() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('callscope_reconciliation', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER asked AFTER INSERT OR UPDATE OF state ON reconciliations FOR EACH ROW WHEN (NEW.state = 'waiting')
    EXECUTE FUNCTION reconciliation_asked();

ALTER TABLE reconciliations ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconciliations FORCE ROW LEVEL SECURITY;
ALTER TABLE reconciliation_findings ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconciliation_findings FORCE ROW LEVEL SECURITY;
CREATE POLICY every ON reconciliations TO app_operator USING (true);
CREATE POLICY every ON reconciliation_findings TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON reconciliations, reconciliation_findings TO app_operator;
-- accounting as the edges wrote it
GRANT USAGE ON SCHEMA edge TO app_operator;
GRANT SELECT ON edge.acc TO app_operator;
