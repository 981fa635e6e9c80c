-- Quality control: forms by which calls are judged, who is to judge which call, what they said, and what became of it.
CREATE TABLE quality_forms
(
    tenant      text        NOT NULL REFERENCES tenants (id),
    id          bigint GENERATED ALWAYS AS IDENTITY,
    -- the newest; reviews are begun with it
    version     integer     NOT NULL DEFAULT 1,
    archived_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);

-- A version never changes: a review is read with the one it was made with.
CREATE TABLE quality_form_versions
(
    tenant  text        NOT NULL,
    form    bigint      NOT NULL,
    version integer     NOT NULL,
    body    jsonb       NOT NULL,
    made_by text        NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, form, version),
    FOREIGN KEY (tenant, form) REFERENCES quality_forms (tenant, id)
);

CREATE TABLE quality_settings
(
    tenant      text    NOT NULL PRIMARY KEY REFERENCES tenants (id),
    -- so long after a review is shown its employee may appeal
    appeal_days integer NOT NULL CHECK (appeal_days BETWEEN 1 AND 90)
);

-- What is drawn for review every week.
CREATE TABLE quality_plans
(
    tenant      text        NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    name        text        NOT NULL,
    form        bigint      NOT NULL,
    -- conditions on calls, as the journal's address writes them, without a period
    query       text        NOT NULL,
    per         text        NOT NULL CHECK (per IN ('employee', 'all')),
    calls       integer     NOT NULL CHECK (calls BETWEEN 1 AND 200),
    min_seconds integer     NOT NULL CHECK (min_seconds BETWEEN 0 AND 36000),
    -- logins, in turn; none: everybody of quality control
    reviewers   text[]      NOT NULL,
    -- two who review every call, each without seeing the other
    is_blind    boolean     NOT NULL,
    due_days    integer     NOT NULL CHECK (due_days BETWEEN 1 AND 60),
    is_active   boolean     NOT NULL,
    made_by     text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, form) REFERENCES quality_forms (tenant, id)
);

-- A week of a plan is drawn once.
CREATE TABLE quality_plan_weeks
(
    tenant  text        NOT NULL,
    plan    bigint      NOT NULL,
    -- its Monday by the company's calendar
    week    date        NOT NULL,
    calls   integer     NOT NULL,
    -- calls that nobody could be given
    unshared integer    NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, plan, week),
    FOREIGN KEY (tenant, plan) REFERENCES quality_plans (tenant, id) ON DELETE CASCADE
);

-- Several people judge one call, to agree on how to judge.
CREATE TABLE quality_sessions
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL,
    call_id    text        NOT NULL,
    form       bigint      NOT NULL,
    version    integer     NOT NULL,
    made_by    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_by  text,
    closed_at  timestamptz,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, form, version) REFERENCES quality_form_versions (tenant, form, version)
);

-- One review: given to somebody, made, and what its employee and the supervisor said.
CREATE TABLE quality_reviews
(
    tenant       text        NOT NULL REFERENCES tenants (id),
    id           bigint GENERATED ALWAYS AS IDENTITY,
    call_id      text        NOT NULL,
    -- of the call, as it was when the review was given
    started_at   timestamptz NOT NULL,
    employee     text        NOT NULL,
    group_id     text        NOT NULL,
    form         bigint      NOT NULL,
    version      integer     NOT NULL,
    -- login; of a program «token » and its name
    reviewer     text        NOT NULL,
    source       text        NOT NULL CHECK (source IN ('plan', 'hand', 'calibration')),
    plan         bigint,
    -- both reviews of a blind pair have it
    pair         uuid,
    session      bigint,
    is_reference boolean     NOT NULL DEFAULT false,
    due_at       timestamptz,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    state        text        NOT NULL DEFAULT 'assigned'
        CHECK (state IN ('assigned', 'draft', 'submitted', 'accepted', 'appealed', 'settled')),
    -- others than its reviewer may read it: handed in, and of a pair both, and the session is closed
    is_shown     boolean     NOT NULL DEFAULT false,
    shown_at     timestamptz,
    submitted_at timestamptz,
    appeal_until timestamptz,
    answers      jsonb       NOT NULL DEFAULT '{}',
    comment      text        NOT NULL DEFAULT '',
    -- per cent; null: not handed in, or nothing was applicable
    score        numeric(4, 1),
    is_critical  boolean     NOT NULL DEFAULT false,
    -- share of the best answer by question, 0 to 1; what was not applicable is not in it
    shares       jsonb       NOT NULL DEFAULT '{}',
    -- ids of critical questions that failed
    failed       text[]      NOT NULL DEFAULT '{}',
    appeal       jsonb,
    decision     jsonb,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, form, version) REFERENCES quality_form_versions (tenant, form, version),
    FOREIGN KEY (tenant, plan) REFERENCES quality_plans (tenant, id) ON DELETE SET NULL (plan),
    FOREIGN KEY (tenant, session) REFERENCES quality_sessions (tenant, id) ON DELETE CASCADE,
    CHECK (state IN ('assigned', 'draft') = (submitted_at IS NULL)),
    CHECK (NOT is_shown OR submitted_at IS NOT NULL),
    CHECK ((source = 'calibration') = (session IS NOT NULL))
);
-- nobody judges a call twice by the same form
CREATE UNIQUE INDEX quality_reviews_once ON quality_reviews (tenant, call_id, form, reviewer) WHERE session IS NULL;
CREATE UNIQUE INDEX quality_reviews_session ON quality_reviews (tenant, session, reviewer) WHERE session IS NOT NULL;
CREATE INDEX quality_reviews_mine ON quality_reviews (tenant, reviewer, state, due_at);
CREATE INDEX quality_reviews_employee ON quality_reviews (tenant, employee, started_at);
CREATE INDEX quality_reviews_started ON quality_reviews (tenant, started_at);

-- What happened to a review, for good.
CREATE TABLE quality_events
(
    tenant text        NOT NULL,
    id     bigint GENERATED ALWAYS AS IDENTITY,
    review bigint      NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    who    text        NOT NULL,
    what   text        NOT NULL CHECK (what IN ('assigned', 'submitted', 'accepted', 'appealed', 'kept', 'changed')),
    detail jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, review) REFERENCES quality_reviews (tenant, id) ON DELETE CASCADE
);
CREATE INDEX quality_events_review ON quality_events (tenant, review, id);

DO
$$
    DECLARE
        name text;
    BEGIN
        FOREACH name IN ARRAY ARRAY ['quality_forms', 'quality_form_versions', 'quality_settings', 'quality_plans', 'quality_plan_weeks',
            'quality_sessions', 'quality_reviews', 'quality_events']
            LOOP
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY own ON %I TO app USING (tenant = current_setting(''app.tenant'', true))', name);
            END LOOP;
    END
$$;
GRANT SELECT, INSERT, UPDATE ON quality_forms, quality_settings, quality_sessions TO app;
GRANT SELECT, INSERT ON quality_form_versions, quality_events, quality_plan_weeks TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON quality_plans, quality_reviews TO app;
-- which companies have plans that are due is asked before there is a company
CREATE POLICY every ON quality_plans FOR SELECT TO app_operator USING (true);
GRANT SELECT ON quality_plans TO app_operator;
