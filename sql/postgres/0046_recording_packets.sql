-- How each side's packets came to the relay (core/domain/call-quality.ts, SentPackets): loss, jitter, order, by side and over time.
-- Null where a recording was made before it was measured. No speech: it stays when the audio goes, as the call does.
ALTER TABLE recordings ADD COLUMN packets jsonb;
-- what has changed is looked for by whoever reckons how calls sounded
CREATE INDEX recordings_updated ON recordings (updated_at);
