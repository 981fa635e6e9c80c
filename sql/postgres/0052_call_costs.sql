-- Calls that were charged anew or otherwise and whose cost the store of calls does not have yet: a row a batch, written in the transaction that
-- charged them, so that whatever commits is copied. Taken away once it is.
CREATE TABLE call_costs_changed
(
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the same place in both is a call
    tenants text[]      NOT NULL,
    calls   text[]      NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    CHECK (cardinality(tenants) = cardinality(calls))
);
CREATE FUNCTION costs_changed() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    NOTIFY callscope_costs;
    RETURN NULL;
END
$$;
CREATE TRIGGER told AFTER INSERT ON call_costs_changed FOR EACH STATEMENT EXECUTE FUNCTION costs_changed();

-- several companies' calls stand in a row: only the job reads them, which locks what it copies
ALTER TABLE call_costs_changed ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_costs_changed FORCE ROW LEVEL SECURITY;
CREATE POLICY every ON call_costs_changed TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_costs_changed TO app_operator;

-- a file that tells what calls cost is for whoever still may know it
ALTER TABLE exports ADD COLUMN costs boolean NOT NULL DEFAULT false;
