-- Telephony of the companies, in our own words. What the edge reads of it is derived in 0008_edge_views.sql.
-- tenant null = the operator's own, for every company.
CREATE TABLE pbx_companies
(
    tenant                  text PRIMARY KEY REFERENCES tenants (id),
    -- number of this company's own outgoing routes at the edge
    route_group             integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- country code; an international number that begins otherwise goes abroad
    home_prefix             text    NOT NULL CHECK (home_prefix ~ '^[1-9][0-9]{0,2}$'),
    -- number shown by accounts that have none of their own
    caller_id               text,
    -- limits: null = none
    calls                   integer CHECK (calls > 0),
    calls_per_account       integer CHECK (calls_per_account > 0),
    abroad_calls_per_hour   integer CHECK (abroad_calls_per_hour >= 0),
    abroad_minutes_per_hour integer CHECK (abroad_minutes_per_hour >= 0),
    -- recorded from the answer or already from the offer of media
    record                  text    NOT NULL DEFAULT 'none' CHECK (record IN ('none', 'answer', 'offer')),
    -- file that both sides hear right after the answer
    announcement            text CHECK (announcement ~ '^[A-Za-z0-9_-]{1,60}\.wav$')
);

CREATE TABLE pbx_accounts
(
    tenant     text    NOT NULL REFERENCES tenants (id),
    username   text    NOT NULL CHECK (username ~ '^[A-Za-z0-9_.-]{1,64}$'),
    -- md5(user:domain:password), RFC 2617; the password itself is kept nowhere
    ha1        text    NOT NULL CHECK (ha1 ~ '^[0-9a-f]{32}$'),
    status     text    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked')),
    calls      integer CHECK (calls > 0),
    caller_id  text,
    -- company: as the company does
    record     text    NOT NULL DEFAULT 'company' CHECK (record IN ('company', 'none', 'answer', 'offer')),
    blocked    text[]  NOT NULL DEFAULT '{}' CHECK (blocked <@ '{in,out,internal,abroad}'::text[]),
    PRIMARY KEY (tenant, username)
);

-- Own outside numbers and where they go. Routes by time come as further kinds.
CREATE TABLE pbx_numbers
(
    -- international digits without +; one company's alone
    number text PRIMARY KEY CHECK (number ~ '^[0-9]{3,15}$'),
    tenant text NOT NULL REFERENCES tenants (id),
    kind   text NOT NULL CHECK (kind IN ('extension', 'group', 'outside')),
    value  text NOT NULL CHECK (value ~ '^[A-Za-z0-9_*#-]{1,64}$')
);
CREATE INDEX pbx_numbers_tenant ON pbx_numbers (tenant);

CREATE TABLE pbx_short_numbers
(
    tenant              text    NOT NULL REFERENCES tenants (id),
    number              text    NOT NULL CHECK (number ~ '^[0-9*#]{1,16}$'),
    accounts            text[]  NOT NULL DEFAULT '{}',
    ring_seconds        integer NOT NULL DEFAULT 25 CHECK (ring_seconds BETWEEN 5 AND 180),
    do_not_disturb      boolean NOT NULL DEFAULT false,
    -- each a number as somebody of the company would dial it
    forward_always      text,
    forward_busy        text,
    forward_no_answer   text,
    forward_unreachable text,
    PRIMARY KEY (tenant, number)
);

CREATE TABLE pbx_groups
(
    tenant       text    NOT NULL REFERENCES tenants (id),
    id           text    NOT NULL CHECK (id ~ '^[A-Za-z0-9_-]{1,64}$'),
    -- short number under which colleagues reach it
    number       text,
    mode         text    NOT NULL CHECK (mode IN ('all', 'turn')),
    ring_seconds integer NOT NULL DEFAULT 25 CHECK (ring_seconds BETWEEN 5 AND 180),
    -- short numbers, in order
    members      text[]  NOT NULL DEFAULT '{}',
    -- where the call goes when none of them took it
    otherwise    text,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number)
);

CREATE TABLE pbx_trunks
(
    id           text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,40}$'),
    tenant       text REFERENCES tenants (id),
    kind         text    NOT NULL CHECK (kind IN ('address', 'registration')),
    direction    text    NOT NULL CHECK (direction IN ('in', 'out', 'both')),
    host         text    NOT NULL,
    port         integer NOT NULL DEFAULT 5060 CHECK (port BETWEEN 1 AND 65535),
    transport    text    NOT NULL DEFAULT 'udp' CHECK (transport IN ('udp', 'tcp', 'tls')),
    -- from where its calls come
    addresses    inet[]  NOT NULL DEFAULT '{}',
    username     text,
    -- a carrier's challenge can only be answered with the secret itself
    secret       text,
    -- host:port of the edge that a registration tells the carrier
    edge_address text,
    -- digits taken from the front of the dialled number and put there, on the way out
    strip        integer NOT NULL DEFAULT 0 CHECK (strip BETWEEN 0 AND 15),
    prefix       text    NOT NULL DEFAULT '' CHECK (prefix ~ '^[+0-9*#]{0,15}$'),
    -- of a minute, any unit: least-cost groups compare it
    cost         numeric NOT NULL DEFAULT 0,
    active       boolean NOT NULL DEFAULT true,
    CHECK (kind = 'address' OR (username IS NOT NULL AND secret IS NOT NULL AND edge_address IS NOT NULL)),
    CHECK (direction = 'out' OR cardinality(addresses) > 0)
);

CREATE TABLE pbx_trunk_groups
(
    id     text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,40}$'),
    tenant text REFERENCES tenants (id),
    -- order: the first that works; cost: the cheapest that works
    choose text   NOT NULL CHECK (choose IN ('order', 'cost')),
    trunks text[] NOT NULL
);

CREATE TABLE pbx_routes
(
    tenant   text REFERENCES tenants (id),
    -- of the international number; '' = any
    prefix   text    NOT NULL CHECK (prefix ~ '^[0-9]{0,15}$'),
    priority integer NOT NULL DEFAULT 0,
    -- trunks and, with # before them, groups, tried one after the other
    through  text[]  NOT NULL CHECK (cardinality(through) BETWEEN 1 AND 8),
    UNIQUE NULLS NOT DISTINCT (tenant, prefix, priority)
);

CREATE TABLE pbx_emergency_numbers
(
    number text PRIMARY KEY CHECK (number ~ '^[0-9]{2,6}$')
);

CREATE TABLE pbx_blocked_prefixes
(
    tenant text REFERENCES tenants (id),
    prefix text NOT NULL CHECK (prefix ~ '^[0-9]{1,15}$'),
    UNIQUE NULLS NOT DISTINCT (tenant, prefix)
);

-- What the edge must read again. The pump of the edge's commands fills applied_at and failure.
CREATE TABLE edge_changes
(
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- module of OpenSIPS
    what       text        NOT NULL,
    tenant     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    failure    text
);
CREATE INDEX edge_changes_waiting ON edge_changes (id) WHERE applied_at IS NULL;
GRANT SELECT, UPDATE, DELETE ON edge_changes TO app_operator;

-- One line for each module that reads the table, when rows changed indeed. Told to whoever listens at commit, once a module.
CREATE FUNCTION edge_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    module text;
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    FOREACH module IN ARRAY TG_ARGV LOOP
        INSERT INTO edge_changes (what, tenant) VALUES (module, coalesce(current_setting('app.tenant', true), ''));
        PERFORM pg_notify('edge_changes', module);
    END LOOP;
    RETURN NULL;
END
$$;

-- HA1 holds the domain: a company that moves to another needs its passwords again, and the edge its new domain.
CREATE FUNCTION edge_domain_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    module text;
BEGIN
    FOREACH module IN ARRAY ARRAY ['domain', 'dialplan'] LOOP
        INSERT INTO edge_changes (what, tenant) VALUES (module, NEW.id);
        PERFORM pg_notify('edge_changes', module);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER edge_domain AFTER UPDATE OF domain ON tenants FOR EACH ROW
    WHEN (OLD.domain IS DISTINCT FROM NEW.domain) EXECUTE FUNCTION edge_domain_changed();

DO $$
DECLARE
    t record;
    op record;
BEGIN
    -- what is read at each call (accounts, short numbers, groups, companies' settings) needs no reload
    FOR t IN SELECT * FROM (VALUES
        ('pbx_companies', 'domain,dialplan,drouting'),
        ('pbx_numbers', 'dialplan'),
        ('pbx_trunks', 'drouting,permissions,uac_registrant'),
        ('pbx_trunk_groups', 'drouting'),
        ('pbx_routes', 'drouting'),
        ('pbx_emergency_numbers', 'dialplan'),
        ('pbx_blocked_prefixes', 'userblacklist')) AS v (name, modules)
    LOOP
        FOR op IN SELECT * FROM (VALUES ('insert', 'NEW'), ('update', 'NEW'), ('delete', 'OLD')) AS o (name, which) LOOP
            EXECUTE format('CREATE TRIGGER edge_%s AFTER %s ON %I REFERENCING %s TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION edge_changed(%s)',
                op.name, op.name, t.name, op.which,
                (SELECT string_agg(quote_literal(m), ', ') FROM unnest(string_to_array(t.modules, ',')) m));
        END LOOP;
    END LOOP;

    FOR t IN SELECT unnest(ARRAY ['pbx_companies', 'pbx_accounts', 'pbx_numbers', 'pbx_short_numbers', 'pbx_groups', 'pbx_trunks',
        'pbx_trunk_groups', 'pbx_routes', 'pbx_blocked_prefixes']) AS name
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.name);
        EXECUTE format('CREATE POLICY own ON %I TO app USING (tenant = current_setting(''app.tenant'', true))', t.name);
        EXECUTE format('CREATE POLICY every ON %I TO app_operator USING (true)', t.name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO app, app_operator', t.name);
    END LOOP;
END
$$;
GRANT SELECT ON pbx_emergency_numbers TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pbx_emergency_numbers TO app_operator;
