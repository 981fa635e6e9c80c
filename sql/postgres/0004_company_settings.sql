-- What a company decided about the meaning of its figures, and from when on: a call keeps the settings of its time.
-- The zone is among them, because working hours are its wall clock's.
CREATE TABLE company_settings
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    valid_from timestamptz NOT NULL,
    timezone   text        NOT NULL,
    body       jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, valid_from)
);
-- companies of before: what every call was judged by
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
INSERT INTO company_settings (tenant, valid_from, timezone, body)
SELECT id, 'epoch', timezone, '{"workingHours": null, "shortAbandonSeconds": 5, "callbackMinutes": 60}'
FROM tenants;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

ALTER TABLE company_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE company_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON company_settings TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON company_settings TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON company_settings TO app, app_operator;
