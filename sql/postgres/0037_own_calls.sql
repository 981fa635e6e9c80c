-- Whether people may have their own calls recorded always, where the policy leaves it to whoever talks.
ALTER TABLE recording_policies ADD COLUMN own_choice boolean NOT NULL DEFAULT false;
-- Who wants that, by the employee's id: from `demand` it makes `all`, and nothing else.
CREATE TABLE recording_wishes
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    employee   text        NOT NULL CHECK (employee <> ''),
    by         text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, employee)
);

ALTER TABLE recording_wishes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_wishes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_wishes TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE ON recording_wishes TO app;
