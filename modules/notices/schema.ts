import type { MissedKind } from '@callscope/core/domain/result.ts';
import type { ColumnType, Generated } from 'kysely';
import type { AlertFacts } from '../alerts/facts.ts';
import type { Channel, MissedFacts, NoticeState } from './forms.ts';

/** What somebody is told of, by what it is about. */
export interface Told {
  missed: MissedFacts;
  alert: AlertFacts;
}
export type About = keyof Told;

/** Whom somebody is told by, of what, and how it went. */
export interface NoticeSchema {
  notice_ways: {
    tenant: string;
    id: Generated<string>;
    channel: Channel;
    targets: string[];
    secret_master: string | null;
    secret_wrapped: Buffer | null;
  };
  notice_rules: {
    tenant: string;
    id: string;
    name: string;
    numbers: string[] | null;
    kinds: MissedKind[] | null;
    is_on: boolean;
    made_by: string;
    created_at: Generated<Date>;
  };
  notices: {
    tenant: string;
    way: string;
    subject: string;
    id: Generated<string>;
    about: About;
    facts: ColumnType<Told[About], string, never>;
    state: Generated<NoticeState>;
    tries: Generated<number>;
    next_at: Generated<Date>;
    fault: Generated<string>;
    made_at: Generated<Date>;
    sent_at: Date | null;
  };
}
