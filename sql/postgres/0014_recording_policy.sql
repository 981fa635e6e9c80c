-- What a company records. Without a row its telephony says it (pbx_companies.record, pbx_accounts.record); with one it is worked out
-- and written there, whenever the policy, the directory or the telephony changes.
CREATE TABLE recording_policies
(
    tenant     text PRIMARY KEY REFERENCES tenants (id),
    mode       text        NOT NULL CHECK (mode IN ('all', 'chosen', 'demand', 'none')),
    -- already from the offer of media, not from the answer on
    from_offer boolean     NOT NULL,
    -- {"group": "all" | "demand" | "none"}, {"employee": …}: otherwise than the company
    groups     jsonb       NOT NULL,
    employees  jsonb       NOT NULL,
    -- {"outFar": false, …}: kinds of calls that are not recorded though the people are
    kinds      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE recording_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON recording_policies TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON recording_policies TO app_operator, edge_reader USING (true);
GRANT SELECT, INSERT, UPDATE ON recording_policies TO app;
GRANT SELECT ON recording_policies TO app_operator, edge_reader;

-- Asked by the script: does the company record this kind of call? direction: out, in, int; other: number beyond the company, '' = none.
-- Far is another country; in Russia another area too (7 and three digits), but for 8 800.
CREATE FUNCTION edge.record_kind(company text, direction text, other text)
    RETURNS TABLE (recorded integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    own text;
    home text;
    far boolean;
    kind text;
BEGIN
    SELECT coalesce(p.caller_id, (SELECT min(n.number) FROM pbx_numbers n WHERE n.tenant = company), ''), p.home_prefix
        INTO own, home FROM pbx_companies p WHERE p.tenant = company;
    far := other NOT LIKE '7800%' AND CASE WHEN home = '7' THEN left(other, 4) <> left(own, 4) ELSE left(other, length(home)) <> home END;
    kind := CASE
        WHEN other = '' THEN CASE direction WHEN 'int' THEN 'internal' ELSE 'in' END
        WHEN direction = 'out' THEN CASE WHEN far THEN 'outFar' ELSE 'outCity' END
        ELSE CASE WHEN far THEN 'inForwardedFar' ELSE 'inForwarded' END
    END;
    RETURN QUERY SELECT coalesce((SELECT (r.kinds ->> kind)::boolean FROM recording_policies r WHERE r.tenant = company), true)::integer;
END
$$;
GRANT CREATE ON SCHEMA edge TO edge_reader;
ALTER FUNCTION edge.record_kind(text, text, text) OWNER TO edge_reader;
REVOKE CREATE ON SCHEMA edge FROM edge_reader;
REVOKE EXECUTE ON FUNCTION edge.record_kind(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION edge.record_kind(text, text, text) TO opensips;
