-- What people say about calls. A call is named by its id, with its start beside it: the store of calls is asked by both.

-- The company's own list of tags. One that is archived is given to no more calls and stays on those that have it.
CREATE TABLE call_tags
(
    tenant      text        NOT NULL REFERENCES tenants (id),
    id          bigint GENERATED ALWAYS AS IDENTITY,
    name        text        NOT NULL CHECK (name <> ''),
    colour      text        NOT NULL CHECK (colour IN ('grey', 'blue', 'green', 'amber', 'red', 'violet')),
    -- order in lists
    place       integer     NOT NULL DEFAULT 0,
    archived_at timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX call_tags_name ON call_tags (tenant, lower(name));

CREATE TABLE call_taggings
(
    tenant     text        NOT NULL,
    call_id    text        NOT NULL CHECK (call_id <> ''),
    tag        bigint      NOT NULL,
    started_at timestamptz NOT NULL,
    by         text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id, tag),
    FOREIGN KEY (tenant, tag) REFERENCES call_tags (tenant, id)
);
CREATE INDEX call_taggings_tag ON call_taggings (tenant, tag, started_at DESC, call_id DESC);

-- One note a call, which whoever may changes: «Memo».
CREATE TABLE call_notes
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL CHECK (call_id <> ''),
    started_at timestamptz NOT NULL,
    text       text        NOT NULL CHECK (text <> ''),
    by         text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    -- what it is changed by names the one it read: two who write at once do not lose one of them
    version    integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant, call_id)
);

CREATE TABLE call_comments
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    call_id    text        NOT NULL CHECK (call_id <> ''),
    started_at timestamptz NOT NULL,
    -- whose it is: person:<id> or token:<id>, also when they are gone; `by` is their name then
    author     text        NOT NULL,
    by         text        NOT NULL,
    -- '' once it is removed
    text       text        NOT NULL,
    -- second of the recording that it is about; null: the whole call
    second     numeric(9, 1) CHECK (second >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at  timestamptz,
    removed_at timestamptz,
    removed_by text,
    PRIMARY KEY (tenant, id),
    CHECK ((removed_at IS NULL) = (text <> ''))
);
CREATE INDEX call_comments_call ON call_comments (tenant, call_id, created_at);

-- «Лучшие звонки»: collections of calls, the company's or one person's.
CREATE TABLE call_collections
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    id         bigint GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL CHECK (name <> ''),
    about      text        NOT NULL DEFAULT '',
    -- whose own it is; null: the company's
    user_id    bigint REFERENCES users (id) ON DELETE CASCADE,
    made_by    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX call_collections_name ON call_collections (tenant, user_id, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX call_collections_user ON call_collections (user_id);

CREATE TABLE call_collection_entries
(
    tenant      text          NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    collection  bigint        NOT NULL,
    call_id     text          NOT NULL CHECK (call_id <> ''),
    started_at  timestamptz   NOT NULL,
    text        text          NOT NULL DEFAULT '',
    -- the piece of the recording that it is about, in seconds; null: all of it
    from_second numeric(9, 1) CHECK (from_second >= 0),
    to_second   numeric(9, 1),
    by          text          NOT NULL,
    at          timestamptz   NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, collection) REFERENCES call_collections (tenant, id) ON DELETE CASCADE,
    CHECK (to_second > from_second),
    CHECK ((from_second IS NULL) = (to_second IS NULL))
);
CREATE UNIQUE INDEX call_collection_entries_once ON call_collection_entries (tenant, collection, call_id, from_second, to_second) NULLS NOT DISTINCT;
CREATE INDEX call_collection_entries_call ON call_collection_entries (tenant, call_id);

-- The mark that quality control gave, in per cent: written by whoever reviews calls.
CREATE TABLE call_scores
(
    tenant     text          NOT NULL REFERENCES tenants (id),
    call_id    text          NOT NULL CHECK (call_id <> ''),
    started_at timestamptz   NOT NULL,
    score      numeric(5, 2) NOT NULL CHECK (score BETWEEN 0 AND 100),
    at         timestamptz   NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id)
);

-- Calls whose marks the store of calls does not have as they stand: a row a change, written by the change's own transaction, so that
-- whatever commits, and however late, is carried over. Taken away once it is.
CREATE TABLE call_marks_changed
(
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    -- when it is to be looked at: later for a call that the store does not have yet
    due_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX call_marks_changed_due ON call_marks_changed (due_at, id);
-- which of two rows of a call is the newer one
CREATE SEQUENCE call_marks_version;

CREATE FUNCTION note_call_marks() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO call_marks_changed (tenant, call_id)
    SELECT DISTINCT tenant, call_id FROM changed;
    NOTIFY call_marks;
    RETURN NULL;
END
$$;
CREATE TRIGGER marks_added AFTER INSERT ON call_taggings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_gone AFTER DELETE ON call_taggings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_added AFTER INSERT ON call_notes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_gone AFTER DELETE ON call_notes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_added AFTER INSERT ON call_comments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_changed AFTER UPDATE ON call_comments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_gone AFTER DELETE ON call_comments REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_added AFTER INSERT ON call_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_changed AFTER UPDATE ON call_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();
CREATE TRIGGER marks_gone AFTER DELETE ON call_scores REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_call_marks();

-- talk measures of recordings: only what has them, or had
CREATE FUNCTION note_talk() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO call_marks_changed (tenant, call_id) VALUES (NEW.tenant, NEW.call_id);
    NOTIFY call_marks;
    RETURN NULL;
END
$$;
CREATE TRIGGER talk_added AFTER INSERT ON recordings FOR EACH ROW WHEN (NEW.talk IS NOT NULL) EXECUTE FUNCTION note_talk();
CREATE TRIGGER talk_changed AFTER UPDATE ON recordings FOR EACH ROW
    WHEN (OLD.talk IS DISTINCT FROM NEW.talk) EXECUTE FUNCTION note_talk();

ALTER TABLE call_tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_tags FORCE ROW LEVEL SECURITY;
ALTER TABLE call_taggings ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_taggings FORCE ROW LEVEL SECURITY;
ALTER TABLE call_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE call_comments ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_comments FORCE ROW LEVEL SECURITY;
ALTER TABLE call_collections ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_collections FORCE ROW LEVEL SECURITY;
ALTER TABLE call_collection_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_collection_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE call_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_scores FORCE ROW LEVEL SECURITY;
ALTER TABLE call_marks_changed ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_marks_changed FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON call_tags TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_taggings TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_notes TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_comments TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_collections TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_collection_entries TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_scores TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON call_marks_changed TO app USING (tenant = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON call_tags, call_taggings, call_notes, call_comments, call_collections, call_collection_entries, call_scores TO app;
-- what is written down there, only the job reads
GRANT INSERT ON call_marks_changed TO app;

-- the job that carries marks to the store of calls does so for every company
CREATE POLICY every ON call_tags TO app_operator USING (true);
CREATE POLICY every ON call_taggings TO app_operator USING (true);
CREATE POLICY every ON call_notes TO app_operator USING (true);
CREATE POLICY every ON call_comments TO app_operator USING (true);
CREATE POLICY every ON call_scores TO app_operator USING (true);
CREATE POLICY every ON call_marks_changed TO app_operator USING (true);
GRANT SELECT ON call_tags, call_taggings, call_notes, call_comments, call_scores TO app_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON call_marks_changed TO app_operator;
GRANT USAGE ON SEQUENCE call_marks_version TO app_operator;

-- recordings that were made before there was anybody to tell of them
INSERT INTO call_marks_changed (tenant, call_id) SELECT DISTINCT tenant, call_id FROM recordings WHERE talk IS NOT NULL;
