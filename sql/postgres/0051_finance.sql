-- What companies owe and have: a ledger of double entries that are only ever added, in whole kopecks; the tariffs that calls are
-- charged by; and what each call was charged. All of it belongs to a contract, of which a company may have several.

-- Price lists of the operator. A version never changes, so that what a call was charged by can be read for good.
CREATE TABLE tariffs
(
    id         text        PRIMARY KEY CHECK (id <> ''),
    name       text        NOT NULL CHECK (name <> ''),
    -- the one that calls are charged by from now on
    version    integer     NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tariff_versions
(
    tariff       text        NOT NULL REFERENCES tariffs (id),
    version      integer     NOT NULL,
    -- hundredths of a percent
    vat          integer     NOT NULL CHECK (vat BETWEEN 0 AND 10000),
    vat_included boolean     NOT NULL,
    on_net_free  boolean     NOT NULL,
    -- [{"name": …, "minutes": …}], included in each month
    packages     jsonb       NOT NULL DEFAULT '[]',
    made_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tariff, version)
);
CREATE TABLE tariff_lines
(
    id           bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tariff       text           NOT NULL,
    version      integer        NOT NULL,
    place        integer        NOT NULL,
    -- in: to a number that its owner pays for (8-800), by who calls
    direction    text           NOT NULL CHECK (direction IN ('out', 'in')),
    -- international digits; '' = any number
    prefix       text           NOT NULL CHECK (prefix ~ '^\d{0,15}$'),
    name         text           NOT NULL,
    -- roubles
    price        numeric(18, 6) NOT NULL CHECK (price >= 0),
    connection   numeric(18, 6) NOT NULL CHECK (connection >= 0),
    min_seconds  integer        NOT NULL CHECK (min_seconds >= 0),
    step_seconds integer        NOT NULL CHECK (step_seconds > 0),
    free_seconds integer        NOT NULL CHECK (free_seconds >= 0),
    -- 1 = Monday; none = every day
    weekdays     smallint[]     NOT NULL DEFAULT '{}',
    -- minutes of the day, by the company's clock; the same = the whole day; past midnight when the second is the smaller
    from_minute  smallint       NOT NULL DEFAULT 0 CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute    smallint       NOT NULL DEFAULT 0 CHECK (to_minute BETWEEN 0 AND 1439),
    -- first and last day
    valid_from   date,
    valid_until  date,
    package      text           NOT NULL DEFAULT '',
    UNIQUE (tariff, version, place),
    FOREIGN KEY (tariff, version) REFERENCES tariff_versions (tariff, version)
);

CREATE TABLE contracts
(
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL REFERENCES tenants (id),
    number     text        NOT NULL CHECK (number <> ''),
    -- first and last day, by the company's clock
    begins_on  date        NOT NULL,
    ends_on    date,
    -- pays for what no other contract names the number of
    is_main    boolean     NOT NULL,
    -- own numbers whose calls it pays for
    numbers    text[]      NOT NULL DEFAULT '{}',
    -- calls from here on are to be looked through for what was not charged; null: nothing to be looked for
    look_from  timestamptz,
    -- how often that was asked for: what is asked for while it is done is done again
    look_turn  integer     NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, number),
    UNIQUE (id, tenant),
    CHECK (ends_on IS NULL OR ends_on >= begins_on)
);
CREATE UNIQUE INDEX contracts_main ON contracts (tenant) WHERE is_main;
CREATE TABLE contract_tariffs
(
    tenant   text   NOT NULL,
    contract bigint NOT NULL,
    tariff   text   NOT NULL REFERENCES tariffs (id),
    -- first day, by the company's clock; until the next one
    from_on  date   NOT NULL,
    PRIMARY KEY (contract, from_on),
    FOREIGN KEY (contract, tenant) REFERENCES contracts (id, tenant)
);
CREATE FUNCTION rating_asked() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_notify('callscope_rating', '');
    RETURN NULL;
END
$$;
CREATE FUNCTION rating_turns() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    NEW.look_turn := NEW.look_turn + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER turns BEFORE UPDATE OF look_from ON contracts FOR EACH ROW WHEN (NEW.look_from IS NOT NULL) EXECUTE FUNCTION rating_turns();
CREATE TRIGGER asked AFTER INSERT OR UPDATE OF look_from ON contracts FOR EACH ROW WHEN (NEW.look_from IS NOT NULL)
    EXECUTE FUNCTION rating_asked();

-- client: what the company has with the operator (owed when negative); money: what was paid in; revenue and vat: what was charged.
-- An amount above 0 is a credit, below 0 a debit; those of an entry sum to 0, and so do the balances of a contract.
CREATE TABLE accounts
(
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant   text   NOT NULL,
    contract bigint NOT NULL,
    kind     text   NOT NULL CHECK (kind IN ('client', 'money', 'revenue', 'vat')),
    -- kopecks; moved by the lines of entries and by nothing else
    balance  bigint NOT NULL DEFAULT 0,
    UNIQUE (contract, kind),
    FOREIGN KEY (contract, tenant) REFERENCES contracts (id, tenant)
);
CREATE TABLE entries
(
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant    text        NOT NULL,
    contract  bigint      NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('calls', 'payment', 'reversal')),
    -- what was charged for; '' = nothing was
    service   text        NOT NULL DEFAULT '',
    -- what was said twice is booked once
    key       text        NOT NULL CHECK (key <> ''),
    -- once at most, and never a reversal itself
    reverses  bigint      UNIQUE REFERENCES entries (id),
    note      text        NOT NULL DEFAULT '',
    author    text        NOT NULL DEFAULT '',
    booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (tenant, key),
    CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    FOREIGN KEY (contract, tenant) REFERENCES contracts (id, tenant)
);
CREATE INDEX entries_contract ON entries (contract, id);
CREATE TABLE entry_lines
(
    entry   bigint NOT NULL REFERENCES entries (id),
    account bigint NOT NULL REFERENCES accounts (id),
    tenant  text   NOT NULL,
    amount  bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry, account)
);
CREATE INDEX entry_lines_account ON entry_lines (account, entry);

-- At the end of a transaction: whatever way its lines came in.
CREATE FUNCTION entry_must_balance() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    of_entry bigint := CASE TG_TABLE_NAME WHEN 'entries' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'entry')::bigint END;
    found    record;
BEGIN
    SELECT count(*) AS lines, sum(l.amount) AS sum, bool_and(a.contract = e.contract AND a.tenant = e.tenant AND l.tenant = e.tenant) AS own
    INTO found
    FROM entry_lines l JOIN accounts a ON a.id = l.account JOIN entries e ON e.id = l.entry WHERE l.entry = of_entry;
    IF found.lines < 2 OR found.sum <> 0 OR NOT found.own THEN
        RAISE EXCEPTION 'entry % does not balance: % lines, sum %, of one contract: %', of_entry, found.lines, found.sum, found.own
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_balance();
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON entry_lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_balance();

CREATE FUNCTION entry_moves_balances() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE accounts a SET balance = a.balance + moved.amount
    FROM (SELECT account, sum(amount) AS amount FROM added GROUP BY account) moved WHERE a.id = moved.account;
    RETURN NULL;
END
$$;
CREATE TRIGGER moves AFTER INSERT ON entry_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entry_moves_balances();

CREATE FUNCTION books_are_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION '% is only added to: what is wrong is reversed by another entry', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- What a revision of a call costs, and by how much that is more than what had been charged for it before. A row a call, by the million: what it
-- names is never taken away (contracts, lines and entries are only added), so it is not looked up for each; and what is looked for by time or by
-- entry lies together, as rows were added.
CREATE TABLE rated_calls
(
    tenant          text        NOT NULL,
    call_id         text        NOT NULL,
    -- of the call; what is no call of the company any more has one more than it had
    revision        integer     NOT NULL,
    -- 0: what it costs; 1: taken back from the contract or service that it was charged to before
    part            smallint    NOT NULL CHECK (part IN (0, 1)),
    contract        bigint      NOT NULL,
    service         text        NOT NULL CHECK (service IN ('outgoing', 'tollFree')),
    outcome         text        NOT NULL CHECK (outcome IN ('charged', 'free', 'gone')),
    why             text        NOT NULL DEFAULT '',
    tariff_line     bigint,
    started_at      timestamptz NOT NULL,
    talk_seconds    integer     NOT NULL,
    billed_seconds  integer     NOT NULL,
    package         text        NOT NULL DEFAULT '',
    -- month of the package, as yyyy-mm
    package_month   text        NOT NULL DEFAULT '',
    package_seconds integer     NOT NULL DEFAULT 0,
    -- kopecks, with VAT; vat is what of it is tax
    amount          bigint      NOT NULL,
    vat             bigint      NOT NULL,
    amount_moved    bigint      NOT NULL,
    vat_moved       bigint      NOT NULL,
    -- null: nothing was moved
    entry           bigint,
    rated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id, revision, part),
    CHECK ((entry IS NULL) = (amount_moved = 0 AND vat_moved = 0)),
    CHECK (part = 0 OR amount = 0)
);
CREATE INDEX rated_calls_started ON rated_calls (tenant, started_at);
CREATE INDEX rated_calls_added ON rated_calls USING brin (entry, rated_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE FUNCTION refuse_changes(VARIADIC tables text[]) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY tables LOOP
        EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION books_are_added_to()', t);
    END LOOP;
END
$$;
SELECT refuse_changes('entries', 'entry_lines', 'rated_calls', 'tariff_versions', 'tariff_lines');
DROP FUNCTION refuse_changes(text[]);

-- Included minutes that calls of a month have taken.
CREATE TABLE package_use
(
    tenant   text   NOT NULL,
    contract bigint NOT NULL,
    package  text   NOT NULL,
    month    text   NOT NULL,
    seconds  bigint NOT NULL CHECK (seconds >= 0),
    PRIMARY KEY (contract, package, month),
    FOREIGN KEY (contract, tenant) REFERENCES contracts (id, tenant)
);

-- Calls that a contract pays for and that nothing says the price of.
CREATE TABLE unrated_calls
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL,
    started_at timestamptz NOT NULL,
    why        text        NOT NULL,
    -- the number that no line of the tariff has; '' where it is not that
    number     text        NOT NULL DEFAULT '',
    found_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id)
);

-- Up to where the CALLS stream is charged, and what the last night found. One row.
CREATE TABLE rating_state
(
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one),
    stream     text        NOT NULL DEFAULT '',
    seq        bigint      NOT NULL DEFAULT 0,
    -- night of the last look through the calls, yyyy-mm-dd
    looked     text        NOT NULL DEFAULT '',
    checked_at timestamptz,
    faults     jsonb       NOT NULL DEFAULT '[]'
);
INSERT INTO rating_state DEFAULT VALUES;

DO
$$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['contracts', 'contract_tariffs', 'accounts', 'entries', 'entry_lines', 'rated_calls', 'package_use', 'unrated_calls'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own ON %I FOR SELECT TO app USING (tenant = current_setting(''app.tenant'', true))', t);
        EXECUTE format('CREATE POLICY every ON %I TO app_operator USING (true)', t);
        EXECUTE format('GRANT SELECT ON %I TO app', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO app_operator', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY ['tariffs', 'tariff_versions', 'tariff_lines', 'rating_state'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY every ON %I TO app_operator USING (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO app_operator', t);
    END LOOP;
END
$$;
-- a company reads the tariffs that it is charged by
CREATE POLICY own ON tariffs FOR SELECT TO app USING (id IN (SELECT tariff FROM contract_tariffs));
CREATE POLICY own ON tariff_versions FOR SELECT TO app USING (tariff IN (SELECT tariff FROM contract_tariffs));
CREATE POLICY own ON tariff_lines FOR SELECT TO app USING (tariff IN (SELECT tariff FROM contract_tariffs));
GRANT SELECT ON tariffs, tariff_versions, tariff_lines TO app;
GRANT UPDATE ON tariffs, contracts, rating_state, package_use, unrated_calls TO app_operator;
GRANT UPDATE (balance) ON accounts TO app_operator;
GRANT DELETE ON contract_tariffs, unrated_calls TO app_operator;
