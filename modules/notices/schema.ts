import type { MissedKind } from '@callscope/core/domain/result.ts';
import type { ColumnType, Generated } from 'kysely';
import type { Channel, NoticeFacts, NoticeState } from './forms.ts';

/** Who is told of a missed call, and how it went. */
export interface NoticeSchema {
  notice_rules: {
    tenant: string;
    id: Generated<string>;
    name: string;
    numbers: string[] | null;
    kinds: MissedKind[] | null;
    channel: Channel;
    targets: string[];
    secret_master: string | null;
    secret_wrapped: Buffer | null;
    is_on: boolean;
    made_by: string;
    created_at: Generated<Date>;
  };
  notices: {
    tenant: string;
    rule: string;
    call_id: string;
    id: Generated<string>;
    facts: ColumnType<NoticeFacts, string, never>;
    state: Generated<NoticeState>;
    tries: Generated<number>;
    next_at: Generated<Date>;
    fault: Generated<string>;
    made_at: Generated<Date>;
    sent_at: Date | null;
  };
}
