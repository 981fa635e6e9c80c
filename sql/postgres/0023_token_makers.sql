-- Who issued a token. It is the company's and lives on when they leave; whoever looks at the list sees that its maker is gone.
ALTER TABLE api_tokens
    ADD COLUMN made_by      text,
    ADD COLUMN made_by_kind text CHECK (made_by_kind IN ('person', 'token', 'system')),
    ADD COLUMN made_by_user bigint REFERENCES users (id) ON DELETE SET NULL;
-- of those from before, as far as the audit knows
UPDATE api_tokens
SET made_by = (SELECT a.who
               FROM audit a
               WHERE a.tenant = api_tokens.tenant AND a.act = 'token.issue' AND a.subject = api_tokens.id::text
               ORDER BY a.id DESC
               LIMIT 1);
