-- What the capture agent correlates a message's Call-ID with (HEP chunk 17), where it is another one.
ALTER TABLE messages {on_cluster} ADD COLUMN IF NOT EXISTS correlation String AFTER hash;
