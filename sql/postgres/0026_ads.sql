-- What a company pays for its ad lines, and what it calls a target call.
CREATE TABLE ad_settings
(
    tenant           text        NOT NULL PRIMARY KEY REFERENCES tenants (id),
    -- ISO 4217
    currency         text        NOT NULL DEFAULT 'RUB' CHECK (currency ~ '^[A-Z]{3}$'),
    talk_seconds     integer     NOT NULL CHECK (talk_seconds BETWEEN 0 AND 3600),
    first_only       boolean     NOT NULL,
    in_working_hours boolean     NOT NULL,
    updated_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ad_spend
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    -- own number as calls have it
    number     text        NOT NULL CHECK (number <> ''),
    -- its first day
    month      date        NOT NULL CHECK (extract(day FROM month) = 1),
    -- in the smallest unit of the currency: whole kopecks, so that sums are exact
    amount     bigint      NOT NULL CHECK (amount >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, number, month)
);
CREATE INDEX ad_spend_month ON ad_spend (tenant, month);

ALTER TABLE ad_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE ad_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE ad_spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE ad_spend FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON ad_settings TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON ad_spend TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON ad_settings, ad_spend TO app;
