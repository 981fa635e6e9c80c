-- Until when a token is good; null: until it is revoked.
ALTER TABLE api_tokens ADD COLUMN expires_at timestamptz;
