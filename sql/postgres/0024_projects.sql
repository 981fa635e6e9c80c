-- A part of a company that people are given instead of all of it: own numbers and groups, and whoever was ticked.
CREATE TABLE projects
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL CHECK (name <> ''),
    -- as calls have them: international digits
    numbers    text[]      NOT NULL,
    -- ids of the directory
    groups     text[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX projects_name ON projects (tenant, lower(name));

-- People of another company who look at this one, until that is taken back.
CREATE TABLE outside_observers
(
    tenant        text        NOT NULL REFERENCES tenants (id),
    user_id       bigint      NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    only_projects boolean     NOT NULL DEFAULT false,
    given_by      text        NOT NULL,
    given_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, user_id)
);
CREATE INDEX outside_observers_user ON outside_observers (user_id);

-- Who may use a project: the company's people, and outside observers
CREATE TABLE project_people
(
    tenant  text   NOT NULL,
    project bigint NOT NULL,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, project, user_id),
    FOREIGN KEY (tenant, project) REFERENCES projects (tenant, id) ON DELETE CASCADE
);
CREATE INDEX project_people_user ON project_people (user_id);

-- Sees the projects given alone, none of them: nothing. A mark of its own, so that taking away the last project opens nothing.
ALTER TABLE users ADD COLUMN only_projects boolean NOT NULL DEFAULT false;

ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON projects TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON projects TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON projects TO app;
GRANT SELECT ON projects TO app_operator;

ALTER TABLE outside_observers ENABLE ROW LEVEL SECURITY;
ALTER TABLE outside_observers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON outside_observers TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON outside_observers TO app_operator USING (true);
GRANT SELECT ON outside_observers TO app;
-- their rows in users are another company's: giving and taking back is done across companies
GRANT SELECT, INSERT, UPDATE, DELETE ON outside_observers TO app_operator;

ALTER TABLE project_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_people FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON project_people TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON project_people TO app_operator USING (true);
GRANT SELECT, INSERT, DELETE ON project_people TO app;
GRANT SELECT, DELETE ON project_people TO app_operator;

-- Own numbers and groups that the missed calls of a case came to: who may see it
ALTER TABLE cases
    ADD COLUMN own_numbers text[] NOT NULL DEFAULT '{}',
    ADD COLUMN groups      text[] NOT NULL DEFAULT '{}';
UPDATE cases SET own_numbers = ARRAY [own_number] WHERE own_number <> '';

-- Beginning a recording is a right of its own now: programs that could keep it
UPDATE api_tokens SET scopes = array_append(scopes, 'recordings:begin') WHERE 'calls:control' = ANY (scopes);
