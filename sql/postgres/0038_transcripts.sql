-- What was said, as a speech-to-text service of the company wrote it down. Off until somebody names a service and switches it on.
CREATE TABLE transcription
(
    tenant      text PRIMARY KEY REFERENCES tenants (id),
    is_on       boolean     NOT NULL DEFAULT false,
    -- of the service, up to and with /v1; '' = none was named
    address     text        NOT NULL DEFAULT '',
    model       text        NOT NULL DEFAULT '',
    -- its key as only the installation's master key opens it: name of the master key and what it wrapped
    key_master  text,
    key_wrapped bytea,
    -- ISO 639-1; '' = the service finds out
    language    text        NOT NULL DEFAULT 'ru',
    -- shorter recordings are not worth it
    min_seconds integer     NOT NULL DEFAULT 5 CHECK (min_seconds BETWEEN 0 AND 3600),
    -- companies take turns: the one that waits longest is next
    served_at   timestamptz NOT NULL DEFAULT 'epoch',
    -- what is wrong with the service itself, '' = nothing: then its recordings wait until paused_until
    fault       text        NOT NULL DEFAULT '',
    paused_until timestamptz NOT NULL DEFAULT 'epoch',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((key_master IS NULL) = (key_wrapped IS NULL))
);

CREATE TABLE transcripts
(
    tenant     text        NOT NULL REFERENCES tenants (id),
    call_id    text        NOT NULL,
    segment    text        NOT NULL,
    -- of the recording's first sample: searches ask by time
    started_at timestamptz NOT NULL,
    status     text        NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'ready', 'failed')),
    tries      integer     NOT NULL DEFAULT 0,
    -- when it is tried (again)
    next_at    timestamptz NOT NULL DEFAULT now(),
    fault      text        NOT NULL DEFAULT '',
    -- [{from, to, side, text}]: seconds of the recording, in the order in which it was said
    lines      jsonb,
    said       text        NOT NULL DEFAULT '',
    -- by their stems: «договор» finds «договора»; of words in Latin letters the English ones
    words      tsvector GENERATED ALWAYS AS (to_tsvector('russian'::regconfig, said)) STORED,
    model      text        NOT NULL DEFAULT '',
    made_at    timestamptz,
    PRIMARY KEY (tenant, call_id, segment),
    FOREIGN KEY (tenant, call_id, segment) REFERENCES recordings (tenant, call_id, segment) ON DELETE CASCADE
);
CREATE INDEX transcripts_waiting ON transcripts (tenant, next_at) WHERE status = 'waiting';
CREATE INDEX transcripts_words ON transcripts USING gin (words);
CREATE INDEX transcripts_started ON transcripts (tenant, started_at);

-- Written as the recording is: what is ready waits for the service, and what goes takes its words with it, whoever lets it go.
CREATE FUNCTION transcripts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'ready' THEN
        INSERT INTO transcripts (tenant, call_id, segment, started_at)
        SELECT NEW.tenant, NEW.call_id, NEW.segment, NEW.started_at FROM transcription t
        WHERE t.tenant = NEW.tenant AND t.is_on AND NEW.seconds >= t.min_seconds AND NEW.started_at IS NOT NULL
        ON CONFLICT DO NOTHING;
        IF FOUND THEN NOTIFY transcripts; END IF;
    ELSIF NEW.status IN ('expired', 'erased') THEN
        DELETE FROM transcripts WHERE tenant = NEW.tenant AND call_id = NEW.call_id AND segment = NEW.segment;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transcripts_follow AFTER INSERT OR UPDATE OF status ON recordings FOR EACH ROW EXECUTE FUNCTION transcripts_follow();

ALTER TABLE transcription ENABLE ROW LEVEL SECURITY;
ALTER TABLE transcription FORCE ROW LEVEL SECURITY;
ALTER TABLE transcripts ENABLE ROW LEVEL SECURITY;
ALTER TABLE transcripts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON transcription TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY own ON transcripts TO app USING (tenant = current_setting('app.tenant', true));
CREATE POLICY every ON transcription TO app_operator USING (true);
CREATE POLICY every ON transcripts TO app_operator USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON transcription, transcripts TO app;
GRANT SELECT, UPDATE ON transcription TO app_operator;
GRANT SELECT ON transcripts TO app_operator;
