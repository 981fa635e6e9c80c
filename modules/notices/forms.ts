import { MAIL_ADDRESS } from '@callscope/core/domain/mail-address.ts';
import { MISSED_KINDS, type MissedKind } from '@callscope/core/domain/result.ts';
import { z } from 'zod';

/** How somebody is told; others join here. */
export const CHANNELS = ['email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];
/** over: it was not needed any more before it went */
export const NOTICE_STATES = ['waiting', 'sent', 'failed', 'over'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];
/** Of a company. */
export const MOST_RULES = 50;

/** A missed call as it was when it was missed; times in ms since the epoch, numbers as the store has them. */
export interface MissedFacts {
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

/** Whom somebody is told by, on one channel. */
export const wayFields = {
  channel: z.enum(CHANNELS),
  targets: z.array(z.string().trim().max(500)).min(1).max(10).describe('e-mail addresses, or the one address of a webhook'),
};
export type WayForm = { channel: Channel; targets: string[] };

/** What is wrong with the targets of a way; null: nothing. */
export function targetsFault({ channel, targets }: WayForm): string | null {
  const isRight = (target: string) => (channel === 'email' ? MAIL_ADDRESS.test(target) : webhook.safeParse(target).success);
  if (targets.every(isRight) && (channel === 'email' || targets.length === 1)) return null;
  return channel === 'email' ? 'e-mail addresses' : 'one address, http:// or https://';
}

export const numbersField = z
  .array(z.string().trim().min(1).max(40))
  .max(500)
  .nullable()
  .default(null)
  .describe('own numbers in any spelling; null: all');
export const nameField = z.string().trim().min(1).max(80);

export const noticeRuleForm = z
  .strictObject({
    name: nameField,
    numbers: numbersField,
    kinds: z.array(z.enum(MISSED_KINDS)).min(1).nullable().default(null).describe('why nobody answered; null: whatever it was'),
    ...wayFields,
    on: z.boolean().default(true),
  })
  .superRefine((form, ctx) => {
    const message = targetsFault(form);
    if (message !== null) ctx.addIssue({ code: 'custom', path: ['targets'], message });
  });
export type NoticeRuleForm = z.output<typeof noticeRuleForm>;
export const noticeId = z.string().regex(/^\d{1,18}$/);
