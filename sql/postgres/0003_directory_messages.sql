-- Which change of the company made this version of its directory: it names the version's message on the bus, which
-- never changes. The numbers of older rows only have to differ and to be no larger than the company's.
ALTER TABLE directory_versions ADD COLUMN version bigint;
ALTER TABLE directory_versions NO FORCE ROW LEVEL SECURITY;
UPDATE directory_versions d
SET version = numbered.version
FROM (SELECT tenant, valid_from, row_number() OVER (PARTITION BY tenant ORDER BY valid_from) AS version FROM directory_versions) numbered
WHERE d.tenant = numbered.tenant AND d.valid_from = numbered.valid_from;
ALTER TABLE directory_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE directory_versions ALTER COLUMN version SET NOT NULL;
CREATE UNIQUE INDEX directory_versions_version ON directory_versions (tenant, version);

-- The outbox says that a company changed; what it is by then is read when it is published.
ALTER TABLE outbox DROP COLUMN payload;
