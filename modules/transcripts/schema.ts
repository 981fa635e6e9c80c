import type { ColumnType, Generated } from 'kysely';
import type { Line } from './lines.ts';

/** What was said in recordings, and the service that writes it down. */
export interface TranscriptSchema {
  transcription: {
    tenant: string;
    is_on: boolean;
    address: string;
    model: string;
    key_master: string | null;
    key_wrapped: Buffer | null;
    language: string;
    min_seconds: number;
    served_at: Generated<Date>;
    fault: Generated<string>;
    paused_until: Generated<Date>;
    updated_at: Generated<Date>;
  };
  transcripts: {
    tenant: string;
    call_id: string;
    segment: string;
    started_at: Date;
    status: Generated<'waiting' | 'ready' | 'failed'>;
    tries: Generated<number>;
    next_at: Generated<Date>;
    fault: Generated<string>;
    lines: ColumnType<Line[] | null, string | null, string | null>;
    said: Generated<string>;
    words: ColumnType<string, never, never>;
    model: Generated<string>;
    made_at: Date | null;
  };
}
