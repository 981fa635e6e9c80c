-- Sign-in beyond a password: mail for recovery, blocking, second factor, known devices, linked accounts of other services.
ALTER TABLE users
    ADD COLUMN email       text CHECK (email <> ''),
    ADD COLUMN blocked_at  timestamptz,
    -- RFC 6238, base32: whoever checks a code must know it
    ADD COLUMN totp_secret text,
    -- the step whose code was taken last: a code is good once
    ADD COLUMN totp_step   bigint NOT NULL DEFAULT 0;
CREATE INDEX users_email ON users (lower(email)) WHERE email IS NOT NULL;

ALTER TABLE sessions
    ADD COLUMN id            bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN rotated_at    timestamptz NOT NULL DEFAULT now(),
    -- token before the last rotation, until the browser has shown the new one
    ADD COLUMN previous_hash bytea UNIQUE;

-- A browser from which somebody signed in before: its owner gets in while strangers try their password.
CREATE TABLE known_devices
(
    hash    bytea       NOT NULL,
    user_id bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant  text REFERENCES tenants (id),
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (hash, user_id)
);
CREATE INDEX known_devices_user ON known_devices (user_id);

-- What is good once and for a short time: links of a mail, the step between password and code, the way to another service and back.
CREATE TABLE tickets
(
    -- sha256 of the random token that the person holds
    hash       bytea PRIMARY KEY,
    purpose    text        NOT NULL,
    user_id    bigint REFERENCES users (id) ON DELETE CASCADE,
    tenant     text REFERENCES tenants (id),
    data       jsonb       NOT NULL DEFAULT '{}',
    tries      integer     NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX tickets_expiry ON tickets (expires_at);
CREATE INDEX tickets_user ON tickets (user_id);

-- Codes instead of the second factor's device, each good once; sha256 of 80 random bits.
CREATE TABLE recovery_codes
(
    hash    bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant  text REFERENCES tenants (id)
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- Accounts of other services (OpenID Connect) that sign in as somebody of ours.
CREATE TABLE linked_accounts
(
    provider   text        NOT NULL,
    subject    text        NOT NULL,
    user_id    bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant     text REFERENCES tenants (id),
    -- as that service names it, for the person
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, subject),
    UNIQUE (user_id, provider)
);

-- Roles whose people must have a second factor.
CREATE TABLE sign_in_rules
(
    tenant              text PRIMARY KEY REFERENCES tenants (id),
    second_factor_roles text[] NOT NULL DEFAULT '{}'
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['known_devices', 'tickets', 'recovery_codes', 'linked_accounts', 'sign_in_rules'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO app USING (tenant = current_setting(''app.tenant'', true))', t);
        EXECUTE format('CREATE POLICY every ON %I TO app_operator USING (true)', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO app, app_operator', t);
    END LOOP;
END
$$;
