-- Whom one of the operator's people looks at a company as, and until when. Company and login stay when that person is deleted
-- meanwhile: the end of the view is told in the audit of the company.
ALTER TABLE sessions
    ADD COLUMN view_as     bigint REFERENCES users (id) ON DELETE SET NULL,
    ADD COLUMN view_tenant text REFERENCES tenants (id),
    ADD COLUMN view_login  text,
    ADD COLUMN view_until  timestamptz,
    ADD CONSTRAINT sessions_view CHECK ((view_until IS NULL) = (view_tenant IS NULL) AND (view_until IS NULL) = (view_login IS NULL)),
    -- nobody of a company looks as somebody else
    ADD CONSTRAINT sessions_view_operator CHECK (view_until IS NULL OR tenant IS NULL);
CREATE INDEX sessions_view_as ON sessions (view_as) WHERE view_as IS NOT NULL;
