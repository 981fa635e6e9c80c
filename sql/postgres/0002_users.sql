-- People who sign in. tenant null: the operator's own people.
CREATE TABLE users
(
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant        text REFERENCES tenants (id),
    login         text        NOT NULL CHECK (login <> ''),
    -- argon2id, PHC string
    password_hash text        NOT NULL,
    role          text        NOT NULL,
    -- id in the company's directory, for people who are employees
    employee      text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
-- logins are compared without case; the operator's are one company of their own
CREATE UNIQUE INDEX users_login ON users (coalesce(tenant, ''), lower(login));

-- One row a device that is signed in. The cookie holds a random token; here is only its sha256.
CREATE TABLE sessions
(
    hash         bytea PRIMARY KEY,
    user_id      bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant       text REFERENCES tenants (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    user_agent   text        NOT NULL,
    address      text        NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON users TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON sessions TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON users TO app_operator USING (true);
CREATE POLICY every ON sessions TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions TO app, app_operator;
