-- Who may see what is decided twice: by modules/access, and here by row policies. Units of work run as `app` with
-- app.tenant set for the transaction (unset = no rows), or as `app_operator`.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app NOLOGIN NOBYPASSRLS; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_operator') THEN CREATE ROLE app_operator NOLOGIN NOBYPASSRLS; END IF;
  EXECUTE format('GRANT app, app_operator TO %I', current_user);
END
$$;
GRANT USAGE ON SCHEMA public TO app, app_operator;

CREATE TABLE tenants
(
    id           text PRIMARY KEY CHECK (id ~* '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name         text        NOT NULL,
    domain       text        NOT NULL UNIQUE,
    timezone     text        NOT NULL,
    locale       text        NOT NULL,
    notify_email text,
    country      text        NOT NULL,
    -- grows by one at every change of the company or its directory
    version      bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

-- Every version of a company's directory: a call keeps the people it had.
CREATE TABLE directory_versions
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    valid_from timestamptz NOT NULL,
    body       jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, valid_from)
);

CREATE TABLE api_tokens
(
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- null: the operator's
    tenant       text REFERENCES tenants (id),
    name         text        NOT NULL,
    -- sha256 of the token: the token itself is shown once and kept nowhere
    hash         bytea       NOT NULL UNIQUE,
    scopes       text[]      NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz
);

-- What a transaction must tell the bus, written in the same transaction.
CREATE TABLE outbox
(
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant       text        NOT NULL,
    version      bigint      NOT NULL,
    payload      jsonb       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE directory_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE directory_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON tenants TO app USING (id = current_setting('app.tenant', true));
CREATE POLICY own ON directory_versions TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON api_tokens TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON outbox TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON tenants TO app_operator USING (true);
CREATE POLICY every ON directory_versions TO app_operator USING (true);
CREATE POLICY every ON api_tokens TO app_operator USING (true);
CREATE POLICY every ON outbox TO app_operator USING (true);

GRANT SELECT, INSERT, UPDATE ON tenants, directory_versions, api_tokens, outbox TO app, app_operator;
GRANT DELETE ON outbox TO app_operator;
