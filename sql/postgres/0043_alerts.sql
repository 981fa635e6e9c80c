-- How somebody is told stands by itself: notices of missed calls and alerts have the same ways, one line of what is to be told, and one log.
CREATE TABLE notice_ways
(
    tenant         text        NOT NULL REFERENCES tenants (id),
    id             bigint GENERATED ALWAYS AS IDENTITY,
    channel        text        NOT NULL CHECK (channel IN ('email', 'webhook')),
    -- addresses of letters, or the one address that is asked
    targets        text[]      NOT NULL CHECK (cardinality(targets) > 0),
    -- what a webhook is signed with, as only the installation's master key opens it
    secret_master  text,
    secret_wrapped bytea,
    PRIMARY KEY (tenant, id),
    CHECK ((channel = 'webhook') = (secret_wrapped IS NOT NULL)),
    CHECK ((secret_master IS NULL) = (secret_wrapped IS NULL))
);

-- what there is keeps its ids: the owner of the tables is under their policies too, so they are lifted meanwhile
ALTER TABLE notice_rules NO FORCE ROW LEVEL SECURITY;
INSERT INTO notice_ways (tenant, id, channel, targets, secret_master, secret_wrapped) OVERRIDING SYSTEM VALUE
SELECT tenant, id, channel, targets, secret_master, secret_wrapped FROM notice_rules;
SELECT setval(pg_get_serial_sequence('notice_ways', 'id'), coalesce(max(id), 0) + 1, false) FROM notice_rules;
ALTER TABLE notice_rules FORCE ROW LEVEL SECURITY;

-- a rule of missed calls has one way, and its id
ALTER TABLE notices DROP CONSTRAINT notices_tenant_rule_fkey;
ALTER TABLE notice_rules
    ALTER id DROP IDENTITY,
    DROP COLUMN channel,
    DROP COLUMN targets,
    DROP COLUMN secret_master,
    DROP COLUMN secret_wrapped,
    ADD FOREIGN KEY (tenant, id) REFERENCES notice_ways (tenant, id) ON DELETE CASCADE;

-- What is told, once a way and subject: the id of a missed call, or which word of which alarm.
ALTER TABLE notices RENAME COLUMN rule TO way;
ALTER TABLE notices RENAME COLUMN call_id TO subject;
ALTER TABLE notices
    ADD COLUMN about text NOT NULL DEFAULT 'missed' CHECK (about IN ('missed', 'alert')),
    ADD FOREIGN KEY (tenant, way) REFERENCES notice_ways (tenant, id) ON DELETE CASCADE;
ALTER TABLE notices ALTER about DROP DEFAULT;
DROP INDEX notices_log;
CREATE INDEX notices_log ON notices (tenant, about, id DESC);

-- A measure that is looked at every minute, and how it stands.
CREATE TABLE alerts
(
    tenant     text             NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    name       text             NOT NULL CHECK (name <> ''),
    -- of the catalogue of analytics, or of modules/recordings
    measure    text             NOT NULL,
    -- over the last so many
    minutes    integer          NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
    side       text             NOT NULL CHECK (side IN ('above', 'below')),
    -- calls, seconds, or a share of 1
    bound      double precision NOT NULL CHECK (bound >= 0),
    -- a mean or share of fewer calls says nothing
    least      integer          NOT NULL CHECK (least >= 1),
    -- null: all
    numbers    text[],
    groups     text[],
    employees  text[],
    in_hours   boolean          NOT NULL,
    -- not told again for so long
    quiet_minutes integer       NOT NULL CHECK (quiet_minutes BETWEEN 1 AND 10080),
    -- told anew each time that the quiet period is over and it still lasts
    reminds    boolean          NOT NULL,
    is_on      boolean          NOT NULL,
    made_by    text             NOT NULL,
    created_at timestamptz      NOT NULL DEFAULT now(),
    -- when it is looked at next; whoever looks moves it on first, so that nobody else does
    next_at    timestamptz      NOT NULL DEFAULT now(),
    checked_at timestamptz,
    -- when it was checked last; null: no data
    value      double precision,
    -- why the last check could not judge; '' = it could
    why        text             NOT NULL DEFAULT 'new',
    -- the alarm that goes on
    alarm      bigint,
    -- since when it has been well while the alarm goes on
    well_at    timestamptz,
    -- when an alarm was told last
    told_at    timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX alerts_due ON alerts (next_at) WHERE is_on;

CREATE TABLE alert_ways
(
    tenant text   NOT NULL,
    alert  bigint NOT NULL,
    way    bigint NOT NULL,
    PRIMARY KEY (tenant, way),
    FOREIGN KEY (tenant, alert) REFERENCES alerts (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, way) REFERENCES notice_ways (tenant, id) ON DELETE CASCADE
);
CREATE INDEX alert_ways_of ON alert_ways (tenant, alert);

-- When something was wrong.
CREATE TABLE alarms
(
    tenant   text             NOT NULL,
    id       bigint GENERATED ALWAYS AS IDENTITY,
    alert    bigint           NOT NULL,
    began_at timestamptz      NOT NULL,
    -- null: it goes on
    ended_at timestamptz,
    -- '' while it goes on; fine, few calls to judge by, closed for the day, the alert was changed
    ended    text             NOT NULL DEFAULT '' CHECK (ended IN ('', 'fine', 'few', 'closed', 'changed')),
    -- as the alert had it, and its value at the beginning
    measure  text             NOT NULL,
    value    double precision NOT NULL,
    is_told  boolean          NOT NULL DEFAULT false,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, alert) REFERENCES alerts (tenant, id) ON DELETE CASCADE,
    CHECK ((ended = '') = (ended_at IS NULL))
);
CREATE INDEX alarms_of ON alarms (tenant, alert, id DESC);
CREATE UNIQUE INDEX alarms_one ON alarms (tenant, alert) WHERE ended_at IS NULL;

ALTER TABLE notice_ways ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_ways FORCE ROW LEVEL SECURITY;
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alerts FORCE ROW LEVEL SECURITY;
ALTER TABLE alert_ways ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_ways FORCE ROW LEVEL SECURITY;
ALTER TABLE alarms ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarms FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notice_ways TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON alerts TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON alert_ways TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON alarms TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON notice_ways TO app_operator USING (true);
CREATE POLICY every ON alerts TO app_operator USING (true);
CREATE POLICY every ON alarms TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_ways, alerts, alert_ways, alarms TO app;
GRANT SELECT ON notice_ways, alarms TO app_operator;
GRANT SELECT, UPDATE ON alerts TO app_operator;
GRANT DELETE ON alarms TO app_operator;
