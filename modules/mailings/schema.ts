import type { Generated } from 'kysely';
import type { Every, MailedFormat } from './forms.ts';

/** Views that go out by letter on a schedule. */
export interface MailingSchema {
  mailings: {
    tenant: string;
    id: Generated<string>;
    view: string;
    format: MailedFormat;
    every: Every;
    weekday: number;
    day: number;
    minute: number;
    next_at: Date | null;
    by: 'person' | 'token';
    maker: string;
    who: string;
    created_at: Generated<Date>;
  };
  mailing_addresses: {
    tenant: string;
    mailing: string;
    address: string;
    token: string;
    left_at: Date | null;
    is_named: Generated<boolean>;
  };
  mailing_letters: {
    tenant: string;
    mailing: string;
    due_at: Date;
    address: string;
    state: Generated<'waiting' | 'sent' | 'failed'>;
    tries: Generated<number>;
    next_at: Generated<Date>;
    fault: Generated<string>;
    way: 'file' | 'link' | null;
    sent_at: Date | null;
  };
  mailing_links: { hash: Buffer; tenant: string; mailing: string; due_at: Date; expires_at: Date };
}
