-- What OpenSIPS 4.0 reads and writes, under the names, columns and versions of its own scripts/postgres. It signs in as
-- role `opensips` (give it a password), which sees schema edge and nothing else. The views belong to `edge_reader`,
-- whose row policies let it read the companies' telephony, and no more.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'edge_reader') THEN CREATE ROLE edge_reader NOLOGIN NOBYPASSRLS; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'opensips') THEN CREATE ROLE opensips LOGIN NOBYPASSRLS CONNECTION LIMIT 200; END IF;
    EXECUTE format('GRANT edge_reader TO %I', current_user);
    EXECUTE format('ALTER ROLE opensips IN DATABASE %I SET search_path = edge', current_database());
    -- accounting writes local time; read back as UTC
    EXECUTE format('ALTER ROLE opensips IN DATABASE %I SET timezone = ''UTC''', current_database());
END
$$;

CREATE SCHEMA edge;
GRANT USAGE ON SCHEMA edge TO opensips;
GRANT USAGE, CREATE ON SCHEMA edge TO edge_reader;
GRANT USAGE ON SCHEMA public TO edge_reader;
GRANT SELECT (id, domain) ON tenants TO edge_reader;
CREATE POLICY edge ON tenants FOR SELECT TO edge_reader USING (true);
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['pbx_companies', 'pbx_accounts', 'pbx_numbers', 'pbx_short_numbers', 'pbx_groups', 'pbx_trunks',
        'pbx_trunk_groups', 'pbx_routes', 'pbx_blocked_prefixes']
    LOOP
        EXECUTE format('GRANT SELECT ON %I TO edge_reader', t);
        EXECUTE format('CREATE POLICY edge ON %I FOR SELECT TO edge_reader USING (true)', t);
    END LOOP;
END
$$;
GRANT SELECT ON pbx_emergency_numbers TO edge_reader;

CREATE TABLE edge.version (table_name varchar(32) PRIMARY KEY, table_version integer NOT NULL);
INSERT INTO edge.version VALUES
    ('subscriber', 8), ('uri', 2), ('domain', 4), ('dialplan', 5), ('dr_gateways', 6), ('dr_rules', 4), ('dr_carriers', 3), ('dr_groups', 2),
    ('address', 5), ('userblacklist', 2), ('globalblacklist', 2), ('registrant', 3), ('location', 1013), ('dialog', 12),
    ('acc', 7), ('missed_calls', 5);

-- ---- what the edge writes

CREATE TABLE edge.location
(
    contact_id    bigserial PRIMARY KEY,
    username      varchar(64)  NOT NULL DEFAULT '',
    domain        varchar(255),
    contact       text         NOT NULL,
    received      varchar(255),
    path          varchar(255),
    expires       integer      NOT NULL,
    q             real         NOT NULL DEFAULT 1.0,
    callid        varchar(255) NOT NULL DEFAULT 'Default-Call-ID',
    cseq          integer      NOT NULL DEFAULT 13,
    last_modified timestamp    NOT NULL DEFAULT '1900-01-01 00:00:01',
    flags         integer      NOT NULL DEFAULT 0,
    cflags        varchar(255),
    user_agent    varchar(255) NOT NULL DEFAULT '',
    socket        varchar(64),
    methods       integer,
    sip_instance  varchar(255),
    kv_store      text,
    attr          varchar(255)
);

CREATE TABLE edge.dialog
(
    dlg_id            bigint PRIMARY KEY,
    callid            varchar(255) NOT NULL,
    from_uri          varchar(255) NOT NULL,
    from_tag          varchar(128) NOT NULL,
    to_uri            varchar(255) NOT NULL,
    to_tag            varchar(128) NOT NULL,
    mangled_from_uri  varchar(255),
    mangled_to_uri    varchar(255),
    caller_cseq       varchar(11)  NOT NULL,
    callee_cseq       varchar(11)  NOT NULL,
    caller_ping_cseq  integer      NOT NULL,
    callee_ping_cseq  integer      NOT NULL,
    caller_route_set  text,
    callee_route_set  text,
    caller_contact    varchar(255),
    callee_contact    varchar(255),
    caller_sock       varchar(64)  NOT NULL,
    callee_sock       varchar(64)  NOT NULL,
    state             integer      NOT NULL,
    start_time        integer      NOT NULL,
    timeout           integer      NOT NULL,
    vars              bytea,
    profiles          text,
    script_flags      varchar(255),
    module_flags      integer      NOT NULL DEFAULT 0,
    flags             integer      NOT NULL DEFAULT 0,
    rt_on_answer      varchar(64),
    rt_on_timeout     varchar(64),
    rt_on_hangup      varchar(64)
);

-- The last resort: what ingest had no chance to hear. confirmed_at: ingest has answered that the bus has it.
CREATE TABLE edge.acc
(
    id           bigserial PRIMARY KEY,
    method       text      NOT NULL DEFAULT '',
    from_tag     text      NOT NULL DEFAULT '',
    to_tag       text      NOT NULL DEFAULT '',
    callid       text      NOT NULL DEFAULT '',
    sip_code     text      NOT NULL DEFAULT '',
    sip_reason   text      NOT NULL DEFAULT '',
    time         timestamp NOT NULL,
    duration     integer   NOT NULL DEFAULT 0,
    ms_duration  integer   NOT NULL DEFAULT 0,
    setuptime    integer   NOT NULL DEFAULT 0,
    created      timestamp,
    tenant       text,
    direction    text,
    src          text,
    dst          text,
    did          text,
    answered_by  text,
    rec          text,
    hangup       text,
    ts_invite    text,
    ts_ring      text,
    ts_answer    text,
    ts_end       text,
    written_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz
);
CREATE INDEX acc_unconfirmed ON edge.acc (id) WHERE confirmed_at IS NULL;

CREATE TABLE edge.missed_calls (LIKE edge.acc INCLUDING DEFAULTS);
CREATE SEQUENCE edge.missed_calls_id_seq OWNED BY edge.missed_calls.id;
ALTER TABLE edge.missed_calls ALTER COLUMN id SET DEFAULT nextval('edge.missed_calls_id_seq'), ADD PRIMARY KEY (id);
ALTER TABLE edge.missed_calls DROP COLUMN duration, DROP COLUMN ms_duration;
CREATE INDEX missed_unconfirmed ON edge.missed_calls (id) WHERE confirmed_at IS NULL;

-- Calls abroad of the last hour, by all edges together and across their restarts.
CREATE TABLE edge.abroad_calls
(
    callid     text PRIMARY KEY,
    tenant     text        NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    -- of talk; null: goes on
    seconds    integer
);
CREATE INDEX abroad_calls_hour ON edge.abroad_calls (tenant, started_at);

CREATE FUNCTION edge.abroad_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = edge, pg_temp AS
$$
BEGIN
    UPDATE abroad_calls SET seconds = coalesce((to_jsonb(NEW) ->> 'duration')::integer, 0) WHERE callid = NEW.callid AND seconds IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER abroad AFTER INSERT ON edge.acc FOR EACH ROW EXECUTE FUNCTION edge.abroad_ended();
CREATE TRIGGER abroad AFTER INSERT ON edge.missed_calls FOR EACH ROW EXECUTE FUNCTION edge.abroad_ended();

GRANT SELECT, INSERT, UPDATE, DELETE ON edge.location, edge.dialog, edge.acc, edge.missed_calls TO opensips;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA edge TO opensips;
GRANT SELECT, INSERT, UPDATE, DELETE ON edge.abroad_calls TO edge_reader;

-- ---- what the edge reads

CREATE VIEW edge.subscriber AS
SELECT 0 AS id, a.username::varchar(64) AS username, t.domain::varchar(253) AS domain, ''::varchar(25) AS password,
       a.ha1::varchar(64) AS ha1, ''::varchar(64) AS ha1_sha256, ''::varchar(64) AS ha1_sha512t256
FROM pbx_accounts a JOIN tenants t ON t.id = a.tenant
WHERE a.status = 'active';

CREATE VIEW edge.domain AS
SELECT c.route_group AS id, t.domain::varchar(253) AS domain, ('tenant=' || t.id)::varchar(255) AS attrs, 0 AS accept_subdomain,
       timestamp '1900-01-01 00:00:01' AS last_modified
FROM pbx_companies c JOIN tenants t ON t.id = c.tenant;

-- 1: own numbers and where they go. 2: how numbers are dialled, to international digits. 3: emergency numbers.
CREATE VIEW edge.dialplan AS
SELECT (row_number() OVER (ORDER BY dpid, pr, match_exp))::integer AS id, dpid, pr, match_op, match_exp::varchar(64) AS match_exp, 0 AS match_flags,
       subst_exp::varchar(64) AS subst_exp, repl_exp::varchar(32) AS repl_exp, NULL::varchar(255) AS timerec, 0 AS disabled,
       attrs::varchar(255) AS attrs
FROM (
    SELECT 1 AS dpid, 0 AS pr, 0 AS match_op, n.number AS match_exp, NULL AS subst_exp, NULL AS repl_exp,
           format('tenant=%s;domain=%s;kind=%s;value=%s', n.tenant, t.domain, n.kind, n.value) AS attrs
    FROM pbx_numbers n JOIN tenants t ON t.id = n.tenant JOIN pbx_companies c ON c.tenant = n.tenant
    UNION ALL
    SELECT 2, v.pr, 1, v.match_exp, v.match_exp, v.repl_exp, ''
    FROM (VALUES (0, '^\+([1-9][0-9]{6,14})$', '\1'),
                 (1, '^810([1-9][0-9]{6,14})$', '\1'),
                 (2, '^00([1-9][0-9]{6,14})$', '\1'),
                 (3, '^8([0-9]{10})$', '7\1'),
                 (4, '^([1-9][0-9]{6,14})$', '\1')) AS v (pr, match_exp, repl_exp)
    UNION ALL
    SELECT 3, 0, 0, e.number, NULL, NULL, '' FROM pbx_emergency_numbers e
) rules;

CREATE VIEW edge.dr_gateways AS
SELECT (row_number() OVER (ORDER BY id))::integer AS id, t.id::varchar(64) AS gwid, 0 AS type,
       format('sip:%s:%s%s', host, port, CASE transport WHEN 'udp' THEN '' ELSE ';transport=' || transport END)::varchar(255) AS address,
       strip, prefix::varchar(16) AS pri_prefix, t.id::varchar(255) AS attrs,
       -- asked by OPTIONS only after it failed
       1 AS probe_mode, 0 AS state, NULL::varchar(128) AS socket, NULL::varchar(128) AS description
FROM pbx_trunks t
WHERE active AND direction <> 'in';

-- Trunks of a list that may be used: of the company or of the operator, active, outgoing.
CREATE FUNCTION edge.usable(owner text, ids text[]) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT coalesce(array_agg(t.id ORDER BY w.position), '{}')
FROM unnest(ids) WITH ORDINALITY w (id, position) JOIN pbx_trunks t ON t.id = w.id
WHERE t.active AND t.direction <> 'in' AND (t.tenant IS NULL OR t.tenant = owner)
$$;

CREATE VIEW edge.dr_carriers AS
SELECT (row_number() OVER (ORDER BY g.id))::integer AS id, g.id::varchar(64) AS carrierid,
       (SELECT string_agg(t.id, ',' ORDER BY CASE g.choose WHEN 'cost' THEN t.cost END, array_position(g.trunks, t.id))
        FROM pbx_trunks t WHERE t.id = ANY (edge.usable(g.tenant, g.trunks)))::varchar(400) AS gwlist,
       0 AS flags, 'N'::varchar(1) AS sort_alg, 0 AS state, ''::varchar(255) AS attrs, NULL::varchar(128) AS description
FROM pbx_trunk_groups g
WHERE cardinality(edge.usable(g.tenant, g.trunks)) > 0;

-- Group 0 is the operator's; a company's own routes are asked first, in its own group.
CREATE VIEW edge.dr_rules AS
SELECT * FROM (
    SELECT (row_number() OVER (ORDER BY r.tenant NULLS FIRST, r.prefix, r.priority))::integer AS ruleid,
           coalesce(c.route_group, 0)::text::varchar(255) AS groupid, r.prefix::varchar(64) AS prefix, NULL::varchar(255) AS timerec, r.priority,
           NULL::varchar(255) AS routeid,
           (SELECT string_agg(w.id, ',' ORDER BY w.position)
            FROM unnest(r.through) WITH ORDINALITY w (id, position)
            WHERE cardinality(edge.usable(r.tenant, ARRAY [w.id])) > 0
               OR EXISTS (SELECT FROM pbx_trunk_groups g WHERE '#' || g.id = w.id AND (g.tenant IS NULL OR g.tenant = r.tenant)
                            AND cardinality(edge.usable(g.tenant, g.trunks)) > 0))::varchar(400) AS gwlist,
           'N'::varchar(1) AS sort_alg, NULL::integer AS sort_profile, ''::varchar(255) AS attrs, NULL::varchar(128) AS description
    FROM pbx_routes r LEFT JOIN pbx_companies c ON c.tenant = r.tenant
    WHERE r.tenant IS NULL OR c.tenant IS NOT NULL
) rules
WHERE gwlist IS NOT NULL;

-- The script names the group itself; the module still wants the table.
CREATE VIEW edge.dr_groups AS
SELECT 0 AS id, ''::varchar(64) AS username, ''::varchar(128) AS domain, 0 AS groupid, NULL::varchar(128) AS description WHERE false;

-- context_info: whose trunk it is; - = the operator's, for everybody's numbers.
CREATE VIEW edge.address AS
SELECT (row_number() OVER ())::integer AS id, 1 AS grp, host(a)::varchar(50) AS ip, masklen(a) AS mask, 0 AS port, 'any'::varchar(4) AS proto,
       NULL::varchar(64) AS pattern, ('trunk=' || t.id || ';tenant=' || coalesce(t.tenant, '-'))::varchar(120) AS context_info
FROM pbx_trunks t CROSS JOIN unnest(t.addresses) a
WHERE t.active AND t.direction <> 'out';

-- '*' stands for every account of the company: no account can have this name.
CREATE VIEW edge.userblacklist AS
SELECT 0 AS id, '*'::varchar(64) AS username, t.domain::varchar(253) AS domain, b.prefix::varchar(64) AS prefix, 0 AS whitelist
FROM pbx_blocked_prefixes b JOIN tenants t ON t.id = b.tenant;

CREATE VIEW edge.globalblacklist AS
SELECT (row_number() OVER ())::integer AS id, prefix::varchar(64) AS prefix, 0 AS whitelist, ''::varchar(255) AS description
FROM pbx_blocked_prefixes WHERE tenant IS NULL;

CREATE VIEW edge.registrant AS
SELECT (row_number() OVER (ORDER BY id))::integer AS id,
       format('sip:%s:%s%s', host, port, CASE transport WHEN 'udp' THEN '' ELSE ';transport=' || transport END)::varchar(255) AS registrar,
       NULL::varchar(255) AS proxy, format('sip:%s@%s', username, host)::varchar(255) AS aor, NULL::varchar(255) AS third_party_registrant,
       username::varchar(64) AS username, secret::varchar(64) AS password, format('sip:%s@%s', username, edge_address)::varchar(255) AS binding_uri,
       NULL::varchar(64) AS binding_params, 300 AS expiry, NULL::varchar(64) AS forced_socket, NULL::varchar(64) AS cluster_shtag, 0 AS state
FROM pbx_trunks
WHERE active AND kind = 'registration';

-- ---- asked by the script at each call

CREATE VIEW edge.companies AS
SELECT c.tenant::varchar(63) AS tenant, t.domain::varchar(253) AS domain, c.route_group, c.home_prefix::varchar(3) AS home_prefix,
       coalesce(c.caller_id, '')::varchar(64) AS caller_id, coalesce(c.calls, 0) AS calls, c.record::varchar(8) AS record,
       coalesce(c.announcement, '')::varchar(64) AS announcement
FROM pbx_companies c JOIN tenants t ON t.id = c.tenant;

CREATE VIEW edge.callers AS
SELECT a.username::varchar(64) AS username, c.domain, c.tenant, coalesce(a.caller_id, c.caller_id)::varchar(64) AS caller_id,
       coalesce(a.calls, p.calls_per_account, 0) AS calls, (CASE a.record WHEN 'company' THEN c.record ELSE a.record END)::varchar(8) AS record,
       ('out' = ANY (a.blocked))::integer AS no_out, ('internal' = ANY (a.blocked))::integer AS no_internal, ('abroad' = ANY (a.blocked))::integer AS no_abroad,
       c.calls AS company_calls, c.route_group, c.home_prefix, c.announcement
FROM pbx_accounts a JOIN edge.companies c ON c.tenant = a.tenant JOIN pbx_companies p ON p.tenant = a.tenant
WHERE a.status = 'active';

-- To answer a carrier's challenge.
CREATE VIEW edge.trunk_credentials AS
SELECT id::varchar(40) AS trunk, username::varchar(64) AS username, secret::varchar(64) AS secret
FROM pbx_trunks WHERE username IS NOT NULL AND secret IS NOT NULL;

-- Who rings for a number as somebody of the company dials it, and where the call goes when they do not answer.
-- kind `dialled`: a short number of the company, a group's, or else an outside number.
-- targets: accounts `user@domain` with commas between; outside: a number beyond the company; code: refused with it.
CREATE FUNCTION edge.reach(company text, kind text, value text)
    RETURNS TABLE (targets varchar, in_turn integer, ring_seconds integer, outside varchar, on_busy varchar, on_no_answer varchar,
        on_unreachable varchar, record varchar, code integer, reason varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    k text := kind;
    v text := value;
    s pbx_short_numbers%ROWTYPE;
    g pbx_groups%ROWTYPE;
    dom text;
BEGIN
    SELECT t.domain INTO dom FROM tenants t WHERE t.id = company;
    in_turn := 0; ring_seconds := 25; code := 0; targets := ''; outside := ''; on_busy := ''; on_no_answer := ''; on_unreachable := '';
    record := ''; reason := '';
    -- a forward may lead to a forward; in a circle it ends here
    FOR hop IN 1 .. 6 LOOP
        IF k = 'dialled' THEN
            k := CASE WHEN EXISTS (SELECT FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = v) THEN 'extension'
                      WHEN EXISTS (SELECT FROM pbx_groups x WHERE x.tenant = company AND x.number = v) THEN 'group'
                      WHEN v ~ '^\+?[0-9]{7,18}$' THEN 'outside' ELSE 'nobody' END;
            IF k = 'group' THEN SELECT x.id INTO v FROM pbx_groups x WHERE x.tenant = company AND x.number = v; END IF;
        END IF;
        IF k = 'outside' THEN
            outside := v;
            RETURN NEXT;
            RETURN;
        END IF;
        IF k = 'group' THEN
            SELECT * INTO g FROM pbx_groups x WHERE x.tenant = company AND x.id = v;
            IF NOT FOUND THEN k := 'nobody'; CONTINUE; END IF;
            SELECT coalesce(string_agg(a.username || '@' || dom, ',' ORDER BY m.position, u.position), '') INTO targets
            FROM unnest(g.members) WITH ORDINALITY m (number, position)
                JOIN pbx_short_numbers n ON n.tenant = company AND n.number = m.number
                CROSS JOIN unnest(n.accounts) WITH ORDINALITY u (username, position)
                JOIN pbx_accounts a ON a.tenant = company AND a.username = u.username AND a.status = 'active' AND NOT 'in' = ANY (a.blocked)
            WHERE NOT n.do_not_disturb;
            in_turn := (g.mode = 'turn')::integer;
            ring_seconds := g.ring_seconds;
            on_busy := coalesce(g.otherwise, ''); on_no_answer := on_busy; on_unreachable := on_busy;
        ELSIF k = 'extension' THEN
            SELECT * INTO s FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = v;
            IF NOT FOUND THEN k := 'nobody'; CONTINUE; END IF;
            IF s.forward_always IS NOT NULL OR (s.do_not_disturb AND s.forward_busy IS NOT NULL) THEN
                k := 'dialled';
                v := coalesce(s.forward_always, s.forward_busy);
                CONTINUE;
            END IF;
            ring_seconds := s.ring_seconds;
            on_busy := coalesce(s.forward_busy, ''); on_no_answer := coalesce(s.forward_no_answer, '');
            on_unreachable := coalesce(s.forward_unreachable, '');
            IF s.do_not_disturb THEN code := 480; reason := 'Do not disturb'; RETURN NEXT; RETURN; END IF;
            SELECT coalesce(string_agg(a.username || '@' || dom, ',' ORDER BY u.position), ''),
                   coalesce((array_agg(a.record ORDER BY u.position) FILTER (WHERE a.record <> 'company'))[1], '')
            INTO targets, record
            FROM unnest(s.accounts) WITH ORDINALITY u (username, position)
                JOIN pbx_accounts a ON a.tenant = company AND a.username = u.username AND a.status = 'active' AND NOT 'in' = ANY (a.blocked);
        ELSE
            code := 404; reason := 'No such number';
            RETURN NEXT;
            RETURN;
        END IF;
        RETURN NEXT;
        RETURN;
    END LOOP;
    code := 482; reason := 'Forwarded in a circle';
    RETURN NEXT;
END
$$;

-- May this company call abroad once more? Notes the call when it may. left_seconds: of talk in this hour; 0 = no bound.
CREATE FUNCTION edge.abroad(company text, call text) RETURNS TABLE (allowed integer, left_seconds integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    c pbx_companies%ROWTYPE;
    calls bigint;
    spent bigint;
BEGIN
    -- one after the other: two calls at once must not both be the last one
    PERFORM pg_advisory_xact_lock(hashtext('edge.abroad'), hashtext(company));
    SELECT * INTO c FROM pbx_companies p WHERE p.tenant = company;
    SELECT count(*), coalesce(sum(coalesce(a.seconds, extract(epoch FROM now() - a.started_at)::bigint)), 0) INTO calls, spent
    FROM edge.abroad_calls a WHERE a.tenant = company AND a.started_at > now() - interval '1 hour' AND a.callid <> call;
    allowed := (coalesce(calls < c.abroad_calls_per_hour, true) AND coalesce(spent < c.abroad_minutes_per_hour * 60, true))::integer;
    left_seconds := CASE WHEN c.abroad_minutes_per_hour IS NULL THEN 0 ELSE greatest(1, c.abroad_minutes_per_hour * 60 - spent) END;
    IF allowed = 1 THEN INSERT INTO edge.abroad_calls (callid, tenant) VALUES (call, company) ON CONFLICT DO NOTHING; END IF;
    DELETE FROM edge.abroad_calls a WHERE a.tenant = company AND a.started_at < now() - interval '1 day';
    RETURN NEXT;
END
$$;

DO $$
DECLARE
    v record;
BEGIN
    ALTER FUNCTION edge.usable(text, text[]) OWNER TO edge_reader;
    ALTER FUNCTION edge.reach(text, text, text) OWNER TO edge_reader;
    ALTER FUNCTION edge.abroad(text, text) OWNER TO edge_reader;
    ALTER FUNCTION edge.abroad_ended() OWNER TO edge_reader;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA edge FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION edge.reach(text, text, text), edge.abroad(text, text), edge.usable(text, text[]) TO opensips;
    FOR v IN SELECT viewname FROM pg_views WHERE schemaname = 'edge' LOOP
        EXECUTE format('ALTER VIEW edge.%I OWNER TO edge_reader', v.viewname);
        EXECUTE format('GRANT SELECT ON edge.%I TO opensips', v.viewname);
    END LOOP;
    GRANT SELECT ON edge.version TO opensips;
    REVOKE CREATE ON SCHEMA edge FROM edge_reader;
END
$$;
