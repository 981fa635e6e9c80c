-- Saved views that go out by letter on a schedule.
CREATE TABLE mailings
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    -- what is sent: as the view is at that time
    view       bigint      NOT NULL,
    format     text        NOT NULL CHECK (format IN ('xlsx', 'csv', 'pdf')),
    every      text        NOT NULL CHECK (every IN ('day', 'week', 'month')),
    -- 1 = Monday; of a week
    weekday    smallint    NOT NULL DEFAULT 1 CHECK (weekday BETWEEN 1 AND 7),
    -- of a month; in a shorter one its last
    day        smallint    NOT NULL DEFAULT 1 CHECK (day BETWEEN 1 AND 31),
    -- of the company's day
    minute     smallint    NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    -- null: switched off
    next_at    timestamptz,
    -- with whose rights: a person or a token, as they stand when it goes
    by         text        NOT NULL CHECK (by IN ('person', 'token')),
    maker      text        NOT NULL,
    who        text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, view) REFERENCES saved_views (tenant, id) ON DELETE CASCADE
);
CREATE INDEX mailings_next ON mailings (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE mailing_addresses
(
    tenant  text   NOT NULL,
    mailing bigint NOT NULL,
    address text   NOT NULL,
    -- in the letter's link to leave: it tells nothing else, and does nothing else
    token   text   NOT NULL UNIQUE,
    -- whoever left is not written to again, also where somebody names them anew
    left_at timestamptz,
    -- false: taken off the list by whoever keeps it; the row stays for those who left
    is_named boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant, mailing, address),
    FOREIGN KEY (tenant, mailing) REFERENCES mailings (tenant, id) ON DELETE CASCADE
);

-- A letter of a time that was due: there once, and so sent once, however often a process dies between.
CREATE TABLE mailing_letters
(
    tenant  text        NOT NULL,
    mailing bigint      NOT NULL,
    due_at  timestamptz NOT NULL,
    address text        NOT NULL,
    state   text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    tries   integer     NOT NULL DEFAULT 0,
    -- when it is tried (again), or its taker counts as dead
    next_at timestamptz NOT NULL DEFAULT now(),
    fault   text        NOT NULL DEFAULT '',
    -- how it went: with its files, or with a link to them
    way     text CHECK (way IN ('file', 'link')),
    sent_at timestamptz,
    PRIMARY KEY (tenant, mailing, due_at, address),
    FOREIGN KEY (tenant, mailing) REFERENCES mailings (tenant, id) ON DELETE CASCADE
);
CREATE INDEX mailing_letters_waiting ON mailing_letters (next_at) WHERE state = 'waiting';

-- Files that were too large for a letter, made anew for whoever has the link.
CREATE TABLE mailing_links
(
    hash       bytea PRIMARY KEY,
    tenant     text        NOT NULL,
    mailing    bigint      NOT NULL,
    due_at     timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (tenant, mailing) REFERENCES mailings (tenant, id) ON DELETE CASCADE
);
CREATE INDEX mailing_links_of ON mailing_links (tenant, mailing);

ALTER TABLE mailings ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailings FORCE ROW LEVEL SECURITY;
ALTER TABLE mailing_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailing_addresses FORCE ROW LEVEL SECURITY;
ALTER TABLE mailing_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailing_letters FORCE ROW LEVEL SECURITY;
ALTER TABLE mailing_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailing_links FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mailings TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON mailing_addresses TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON mailing_letters TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON mailing_links TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON mailings TO app_operator USING (true);
CREATE POLICY every ON mailing_addresses TO app_operator USING (true);
CREATE POLICY every ON mailing_letters TO app_operator USING (true);
CREATE POLICY every ON mailing_links TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON mailings, mailing_addresses, mailing_letters, mailing_links TO app;
GRANT SELECT, UPDATE ON mailings, mailing_addresses TO app_operator;
GRANT SELECT, INSERT, UPDATE ON mailing_letters TO app_operator;
GRANT SELECT, DELETE ON mailing_links TO app_operator;
