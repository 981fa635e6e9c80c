-- Where calls to own numbers go: ordered rules by time and caller, black and white lists; follow me, telephones as short numbers,
-- groups by idle time and by weight. modules/pbx/rules-*.ts says the same in TypeScript, for "who rings if"; a test compares the two.

CREATE TABLE pbx_number_rules
(
    number   text     NOT NULL REFERENCES pbx_numbers (number) ON DELETE CASCADE,
    tenant   text     NOT NULL REFERENCES tenants (id),
    -- from 0 on; the first that holds decides, and the last always does
    position integer  NOT NULL CHECK (position >= 0),
    name     text     NOT NULL DEFAULT '',
    -- [{days, from, to, dates: [{from, to}], calendar}]: one of them; none = always
    times    jsonb    NOT NULL DEFAULT '[]',
    -- patterns, one of them; none = everybody
    callers  text[]   NOT NULL DEFAULT '{}',
    kind     text     NOT NULL CHECK (kind IN ('extension', 'group', 'outside', 'reject')),
    value    text     NOT NULL DEFAULT '' CHECK (value ~ '^[A-Za-z0-9_*#-]{0,64}$'),
    -- of calls that go outside: whose number is shown there
    shown    text     NOT NULL DEFAULT 'company' CHECK (shown IN ('company', 'number', 'caller')),
    -- of refused ones
    code     integer  NOT NULL DEFAULT 0 CHECK ((kind = 'reject') = (code <> 0)),
    PRIMARY KEY (number, position)
);
CREATE INDEX pbx_number_rules_tenant ON pbx_number_rules (tenant);
ALTER TABLE pbx_numbers NO FORCE ROW LEVEL SECURITY;
INSERT INTO pbx_number_rules (number, tenant, position, kind, value) SELECT number, tenant, 0, kind, value FROM pbx_numbers;
ALTER TABLE pbx_numbers FORCE ROW LEVEL SECURITY;

CREATE TABLE pbx_lists
(
    tenant  text NOT NULL REFERENCES tenants (id),
    -- null: the company's black list; an own number: who is let through to it
    number  text REFERENCES pbx_numbers (number) ON DELETE CASCADE,
    -- digits, * = any digits; hidden = callers without number
    pattern text NOT NULL CHECK (pattern ~ '^([0-9*]{1,20}|hidden)$'),
    comment text NOT NULL DEFAULT '' CHECK (length(comment) <= 200),
    UNIQUE NULLS NOT DISTINCT (tenant, number, pattern)
);

ALTER TABLE pbx_short_numbers
    -- international digits of a telephone that rings instead of accounts
    ADD COLUMN phone text CHECK (phone ~ '^[0-9]{7,15}$'),
    -- [{number, seconds}]: tried one after the other when its own phones did not answer
    ADD COLUMN follow jsonb NOT NULL DEFAULT '[]',
    -- name in Latin letters that phones show
    ADD COLUMN display_name text NOT NULL DEFAULT '' CHECK (display_name ~ '^[A-Za-z0-9 .,''&()-]{0,40}$');
ALTER TABLE pbx_groups
    DROP CONSTRAINT pbx_groups_mode_check,
    ADD CONSTRAINT pbx_groups_mode_check CHECK (mode IN ('all', 'turn', 'idle', 'weight')),
    -- of the members, in their order; those that are left out have 1
    ADD COLUMN weights integer[] NOT NULL DEFAULT '{}' CHECK (1 <= ALL (weights) AND 1000 >= ALL (weights));

-- Last talk of each account and how many it answered that day: groups by idle time and by weight ask.
CREATE TABLE pbx_answered
(
    tenant  text        NOT NULL REFERENCES tenants (id),
    account text        NOT NULL,
    last_at timestamptz NOT NULL,
    -- by the company's zone
    day     date        NOT NULL,
    calls   integer     NOT NULL,
    PRIMARY KEY (tenant, account)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['pbx_number_rules', 'pbx_lists', 'pbx_answered'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I TO app USING (tenant = current_setting(''app.tenant'', true))', t);
        EXECUTE format('CREATE POLICY every ON %I TO app_operator USING (true)', t);
        EXECUTE format('CREATE POLICY edge ON %I TO edge_reader USING (true)', t);
        EXECUTE format('GRANT SELECT ON %I TO edge_reader', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO app, app_operator', t);
    END LOOP;
END
$$;
GRANT INSERT, UPDATE ON pbx_answered TO edge_reader;
GRANT SELECT (timezone) ON tenants TO edge_reader;
CREATE POLICY edge ON company_settings FOR SELECT TO edge_reader USING (true);
GRANT SELECT ON company_settings TO edge_reader;

-- How numbers are dialled and come, to international digits: the first that fits.
CREATE VIEW edge.spellings AS
SELECT v.pr, v.match_exp, v.repl_exp
FROM (VALUES (0, '^\+([1-9][0-9]{6,14})$', '\1'),
             (1, '^810([1-9][0-9]{6,14})$', '\1'),
             (2, '^00([1-9][0-9]{6,14})$', '\1'),
             (3, '^8([0-9]{10})$', '7\1'),
             (4, '^([1-9][0-9]{6,14})$', '\1')) AS v (pr, match_exp, repl_exp);

-- What a number is stays with the edge; where it leads is asked at each call.
CREATE OR REPLACE VIEW edge.dialplan AS
SELECT (row_number() OVER (ORDER BY dpid, pr, match_exp))::integer AS id, dpid, pr, match_op, match_exp::varchar(64) AS match_exp, 0 AS match_flags,
       subst_exp::varchar(64) AS subst_exp, repl_exp::varchar(32) AS repl_exp, NULL::varchar(255) AS timerec, 0 AS disabled,
       attrs::varchar(255) AS attrs
FROM (
    SELECT 1 AS dpid, 0 AS pr, 0 AS match_op, n.number AS match_exp, NULL AS subst_exp, NULL AS repl_exp,
           format('tenant=%s;domain=%s', n.tenant, t.domain) AS attrs
    FROM pbx_numbers n JOIN tenants t ON t.id = n.tenant JOIN pbx_companies c ON c.tenant = n.tenant
    UNION ALL
    SELECT 2, v.pr, 1, v.match_exp, v.match_exp, v.repl_exp, ''
    FROM edge.spellings v
    UNION ALL
    SELECT 3, 0, 0, e.number, NULL, NULL, '' FROM pbx_emergency_numbers e
) rules;
ALTER TABLE pbx_numbers DROP COLUMN kind, DROP COLUMN value;

-- The name that colleagues' phones show: of the first short number that the account is behind and that has one.
CREATE OR REPLACE VIEW edge.callers AS
SELECT a.username::varchar(64) AS username, c.domain, c.tenant, coalesce(a.caller_id, c.caller_id)::varchar(64) AS caller_id,
       coalesce(a.calls, p.calls_per_account, 0) AS calls, (CASE a.record WHEN 'company' THEN c.record ELSE a.record END)::varchar(8) AS record,
       ('out' = ANY (a.blocked))::integer AS no_out, ('internal' = ANY (a.blocked))::integer AS no_internal, ('abroad' = ANY (a.blocked))::integer AS no_abroad,
       c.calls AS company_calls, c.route_group, c.home_prefix, c.announcement,
       coalesce((SELECT n.display_name FROM pbx_short_numbers n WHERE n.tenant = a.tenant AND a.username = ANY (n.accounts) AND n.display_name <> ''
                 ORDER BY n.number LIMIT 1), '')::varchar(40) AS display_name
FROM pbx_accounts a JOIN edge.companies c ON c.tenant = a.tenant JOIN pbx_companies p ON p.tenant = a.tenant
WHERE a.status = 'active';

-- Working hours of the day that the wall clock shows: [{from, to}]. own: of the date itself; null when it has none.
CREATE FUNCTION edge.hours_on(hours jsonb, day date, OUT own jsonb, OUT usual jsonb) LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS
$$
BEGIN
    SELECT d -> 'hours' INTO own FROM jsonb_array_elements(hours -> 'dates') d WHERE d ->> 'date' = day::text;
    usual := hours -> 'week' -> (ARRAY ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM day)::integer];
END
$$;

-- Whether the wall clock is within a period. hours: the company's working hours; json null = always open.
CREATE FUNCTION edge.in_period(period jsonb, hours jsonb, wall timestamp) RETURNS boolean LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS
$$
DECLARE
    clock text COLLATE "C" := to_char(wall, 'HH24:MI');
    begins text COLLATE "C" := period ->> 'from';
    ends text COLLATE "C" := period ->> 'to';
    day date := wall::date;
    works boolean;
    h record;
BEGIN
    IF ends <= begins AND clock < ends THEN day := day - 1;
    ELSIF clock < begins OR (ends > begins AND clock >= ends) THEN RETURN false;
    END IF;
    IF jsonb_array_length(period -> 'days') > 0
        AND NOT period -> 'days' ? (ARRAY ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM day)::integer] THEN RETURN false; END IF;
    IF jsonb_array_length(period -> 'dates') > 0 AND NOT EXISTS (SELECT FROM jsonb_array_elements(period -> 'dates') d
        WHERE day BETWEEN (d ->> 'from')::date AND (d ->> 'to')::date) THEN RETURN false; END IF;
    IF period ->> 'calendar' = 'any' THEN RETURN true; END IF;
    IF hours IS NULL OR jsonb_typeof(hours) = 'null' THEN RETURN period ->> 'calendar' = 'working'; END IF;
    IF period ->> 'calendar' = 'holiday' THEN
        SELECT * INTO h FROM edge.hours_on(hours, day);
        RETURN coalesce(jsonb_array_length(h.own) = 0 AND jsonb_array_length(h.usual) > 0, false);
    END IF;
    SELECT * INTO h FROM edge.hours_on(hours, wall::date);
    works := EXISTS (SELECT FROM jsonb_array_elements(coalesce(h.own, h.usual)) s
        WHERE clock >= s ->> 'from' AND clock < s ->> 'to');
    RETURN works = (period ->> 'calendar' = 'working');
END
$$;

-- The caller as lists know them: international digits, other digits as they came, or hidden.
CREATE FUNCTION edge.caller(sent text) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$
SELECT coalesce(
    (SELECT regexp_replace(sent, d.match_exp, d.repl_exp) FROM edge.spellings d WHERE sent ~ d.match_exp ORDER BY d.pr LIMIT 1),
    substring(sent FROM '^\+?([0-9]{1,18})$'), 'hidden')
$$;

CREATE FUNCTION edge.matches(who text, patterns text[]) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS
$$
SELECT EXISTS (SELECT FROM unnest(patterns) p WHERE CASE WHEN p = 'hidden' OR who = 'hidden' THEN p = who ELSE who LIKE replace(p, '*', '%') END)
$$;

-- Asked for each call to an own number: where it goes. kind, value: for edge.reach; code: refused with it. rule: which one decided.
CREATE FUNCTION edge.route(called text, sent text, at timestamptz DEFAULT now())
    RETURNS TABLE (kind varchar, value varchar, shown varchar, code integer, reason varchar, rule integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    who text := edge.caller(sent);
    company text;
    wall timestamp;
    hours jsonb;
    white text[];
    r pbx_number_rules%ROWTYPE;
BEGIN
    kind := ''; value := ''; shown := 'company'; rule := -1;
    SELECT n.tenant, at AT TIME ZONE t.timezone INTO company, wall
    FROM pbx_numbers n JOIN tenants t ON t.id = n.tenant WHERE n.number = called;
    SELECT s.body -> 'workingHours' INTO hours FROM company_settings s WHERE s.tenant = company ORDER BY s.valid_from DESC LIMIT 1;
    SELECT coalesce(array_agg(l.pattern), '{}') INTO white FROM pbx_lists l WHERE l.number = called;
    IF (CASE WHEN cardinality(white) > 0 THEN NOT edge.matches(who, white)
            ELSE edge.matches(who, ARRAY(SELECT l.pattern FROM pbx_lists l WHERE l.tenant = company AND l.number IS NULL)) END) THEN
        code := 603; reason := 'Declined';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT x.* INTO r FROM pbx_number_rules x
    WHERE x.number = called
      AND (cardinality(x.callers) = 0 OR edge.matches(who, x.callers))
      AND (x.times = '[]' OR EXISTS (SELECT FROM jsonb_array_elements(x.times) p WHERE edge.in_period(p, hours, wall)))
    ORDER BY x.position LIMIT 1;
    IF NOT FOUND THEN
        code := 404; reason := 'No such number';
    ELSE
        rule := r.position; kind := r.kind; value := r.value; shown := r.shown; code := r.code;
        reason := CASE r.code WHEN 0 THEN '' WHEN 486 THEN 'Busy here' WHEN 480 THEN 'Temporarily Unavailable' WHEN 404 THEN 'No such number' ELSE 'Declined' END;
    END IF;
    RETURN NEXT;
END
$$;

-- Accounts of a short number that ring, as user@domain, and their recording rule; phone: rings instead of them.
CREATE FUNCTION edge.phones(company text, short text, OUT targets text, OUT phone text, OUT record text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    SELECT coalesce(n.phone, '') INTO phone FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = short;
    SELECT coalesce(string_agg(a.username || '@' || t.domain, ',' ORDER BY u.position), ''),
           coalesce((array_agg(a.record ORDER BY u.position) FILTER (WHERE a.record <> 'company'))[1], '')
    INTO targets, record
    FROM pbx_short_numbers n JOIN tenants t ON t.id = n.tenant
        CROSS JOIN unnest(n.accounts) WITH ORDINALITY u (username, position)
        JOIN pbx_accounts a ON a.tenant = company AND a.username = u.username AND a.status = 'active' AND NOT 'in' = ANY (a.blocked)
    WHERE n.tenant = company AND n.number = short AND n.phone IS NULL;
END
$$;

-- Phones of a group in the order in which they ring.
CREATE FUNCTION edge.group_phones(company text, which text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
SELECT coalesce(string_agg(p.targets, ',' ORDER BY
           CASE g.mode WHEN 'idle' THEN s.last_at WHEN 'weight' THEN (s.today + 1)::float8 / coalesce(g.weights[m.position], 1) ELSE 0 END, m.position), '')
FROM pbx_groups g
    CROSS JOIN unnest(g.members) WITH ORDINALITY m (number, position)
    JOIN pbx_short_numbers n ON n.tenant = company AND n.number = m.number AND NOT n.do_not_disturb
    CROSS JOIN edge.phones(company, m.number) p
    CROSS JOIN LATERAL (
        SELECT coalesce(max(extract(epoch FROM a.last_at)), 0)::float8 AS last_at,
               coalesce(sum(a.calls) FILTER (WHERE a.day = (now() AT TIME ZONE t.timezone)::date), 0) AS today
        FROM tenants t LEFT JOIN pbx_answered a ON a.tenant = company AND a.account = ANY (n.accounts)
        WHERE t.id = company) s
WHERE g.tenant = company AND g.id = which AND p.targets <> ''
$$;

-- Who rings for a number as somebody of the company dials it, and where the call goes when they do not answer.
-- kind `dialled`: a short number of the company, a group's, or else an outside number; 105/2: the second step of 105's "follow me".
-- targets: accounts `user@domain` with commas between; outside: a number beyond the company; code: refused with it.
DROP FUNCTION edge.reach(text, text, text);
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
    step integer;
    first text;
BEGIN
    in_turn := 0; ring_seconds := 25; code := 0; targets := ''; outside := ''; on_busy := ''; on_no_answer := ''; on_unreachable := '';
    record := ''; reason := '';
    -- a forward may lead to a forward; in a circle it ends here
    FOR hop IN 1 .. 6 LOOP
        IF k = 'dialled' THEN
            k := CASE WHEN v LIKE '%/%' THEN 'step'
                      WHEN EXISTS (SELECT FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = v) THEN 'extension'
                      WHEN EXISTS (SELECT FROM pbx_groups x WHERE x.tenant = company AND x.number = v) THEN 'group'
                      WHEN v ~ '^\+?[0-9]{7,18}$' THEN 'outside' ELSE 'nobody' END;
            IF k = 'group' THEN SELECT x.id INTO v FROM pbx_groups x WHERE x.tenant = company AND x.number = v; END IF;
        END IF;
        IF k = 'outside' THEN
            outside := v; ring_seconds := 0;
            RETURN NEXT;
            RETURN;
        END IF;
        IF k = 'group' THEN
            SELECT * INTO g FROM pbx_groups x WHERE x.tenant = company AND x.id = v;
            IF FOUND THEN
                targets := edge.group_phones(company, v);
                in_turn := (g.mode <> 'all')::integer;
                ring_seconds := g.ring_seconds;
                on_busy := coalesce(g.otherwise, ''); on_no_answer := on_busy; on_unreachable := on_busy;
                RETURN NEXT;
                RETURN;
            END IF;
        ELSIF k IN ('extension', 'step') THEN
            step := CASE k WHEN 'step' THEN split_part(v, '/', 2)::integer ELSE 0 END;
            SELECT * INTO s FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = split_part(v, '/', 1);
            IF FOUND AND step <= jsonb_array_length(s.follow) THEN
                IF step = 0 AND (s.forward_always IS NOT NULL OR (s.do_not_disturb AND s.forward_busy IS NOT NULL)) THEN
                    k := 'dialled';
                    v := coalesce(s.forward_always, s.forward_busy);
                    CONTINUE;
                END IF;
                first := CASE WHEN step < jsonb_array_length(s.follow) THEN s.number || '/' || step + 1 END;
                on_no_answer := coalesce(first, s.forward_no_answer, '');
                on_unreachable := coalesce(first, s.forward_unreachable, '');
                IF step = 0 THEN
                    on_busy := coalesce(s.forward_busy, first, '');
                    ring_seconds := s.ring_seconds;
                    IF s.do_not_disturb THEN code := 480; reason := 'Do not disturb'; RETURN NEXT; RETURN; END IF;
                    SELECT p.targets, p.phone, p.record INTO targets, outside, record FROM edge.phones(company, s.number) p;
                ELSE
                    on_busy := coalesce(first, s.forward_busy, '');
                    ring_seconds := (s.follow -> (step - 1) ->> 'seconds')::integer;
                    v := s.follow -> (step - 1) ->> 'number';
                    SELECT * INTO s FROM pbx_short_numbers n WHERE n.tenant = company AND n.number = v;
                    IF NOT FOUND THEN
                        outside := CASE WHEN v ~ '^\+?[0-9]{7,18}$' THEN v ELSE '' END;
                    ELSIF NOT s.do_not_disturb THEN
                        SELECT p.targets, p.phone, p.record INTO targets, outside, record FROM edge.phones(company, v) p;
                    END IF;
                END IF;
                RETURN NEXT;
                RETURN;
            END IF;
        END IF;
        code := 404; reason := 'No such number';
        RETURN NEXT;
        RETURN;
    END LOOP;
    code := 482; reason := 'Forwarded in a circle';
    RETURN NEXT;
END
$$;

-- Accounting tells who has answered and that they are idle again. answered_by: user@domain; what is no account's is not noted.
CREATE FUNCTION edge.call_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    INSERT INTO pbx_answered AS p (tenant, account, last_at, day, calls)
    SELECT a.tenant, a.username, now(), (now() AT TIME ZONE t.timezone)::date, 1
    FROM tenants t JOIN pbx_accounts a ON a.tenant = t.id
    WHERE t.domain = split_part(NEW.answered_by, '@', 2) AND a.username = split_part(NEW.answered_by, '@', 1)
    ON CONFLICT (tenant, account) DO UPDATE
        SET last_at = excluded.last_at, day = excluded.day, calls = CASE WHEN p.day = excluded.day THEN p.calls ELSE 0 END + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER answered AFTER INSERT ON edge.acc FOR EACH ROW WHEN (NEW.answered_by <> '') EXECUTE FUNCTION edge.call_answered();

DO $$
DECLARE
    f text;
BEGIN
    GRANT CREATE ON SCHEMA edge TO edge_reader;
    FOREACH f IN ARRAY ARRAY ['hours_on(jsonb, date)', 'in_period(jsonb, jsonb, timestamp)', 'caller(text)', 'matches(text, text[])',
        'route(text, text, timestamptz)', 'phones(text, text)', 'group_phones(text, text)', 'reach(text, text, text)', 'call_answered()'] LOOP
        EXECUTE format('ALTER FUNCTION edge.%s OWNER TO edge_reader', f);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION edge.%s FROM PUBLIC', f);
    END LOOP;
    ALTER VIEW edge.spellings OWNER TO edge_reader;
    GRANT SELECT ON edge.spellings TO opensips;
    GRANT EXECUTE ON FUNCTION edge.route(text, text, timestamptz), edge.reach(text, text, text) TO opensips;
    REVOKE CREATE ON SCHEMA edge FROM edge_reader;
END
$$;
