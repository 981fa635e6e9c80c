import { MAIL_ADDRESS } from '@callscope/core/domain/mail-address.ts';
import { MISSED_KINDS, type MissedKind } from '@callscope/core/domain/result.ts';
import { z } from 'zod';

/** How somebody is told; others join here. */
export const CHANNELS = ['email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];
export const NOTICE_STATES = ['waiting', 'sent', 'failed', 'over'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];
/** Of a company. */
export const MOST_RULES = 50;

/** A missed call as it was when it was missed; times in ms since the epoch, numbers as the store has them. */
export interface NoticeFacts {
  from: string;
  /** own number, '' = none */
  number: string;
  startedAt: number;
  endedAt: number;
  missedKind: MissedKind | '';
}

const webhook = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((address) => !/#|\/\/[^/]*@/.test(address), 'without a user and #');

export const noticeRuleForm = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    numbers: z.array(z.string().trim().min(1).max(40)).max(500).nullable().default(null).describe('own numbers in any spelling; null: all'),
    kinds: z.array(z.enum(MISSED_KINDS)).min(1).nullable().default(null).describe('why nobody answered; null: whatever it was'),
    channel: z.enum(CHANNELS),
    targets: z.array(z.string().trim().max(500)).min(1).max(10).describe('e-mail addresses, or the one address of a webhook'),
    on: z.boolean().default(true),
  })
  .superRefine(({ channel, targets }, ctx) => {
    const isRight = (target: string) => (channel === 'email' ? MAIL_ADDRESS.test(target) : webhook.safeParse(target).success);
    const message = channel === 'email' ? 'e-mail addresses' : 'one address, http:// or https://';
    if (!targets.every(isRight) || (channel === 'webhook' && targets.length > 1))
      ctx.addIssue({ code: 'custom', path: ['targets'], message });
  });
export type NoticeRuleForm = z.output<typeof noticeRuleForm>;
export const noticeId = z.string().regex(/^\d{1,18}$/);
