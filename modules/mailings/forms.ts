import { MAIL_ADDRESS } from '@callscope/core/domain/mail-address.ts';
import { z } from 'zod';
import { viewId } from '../views/forms.ts';

export const EVERY = ['day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];
export const MAILED_FORMATS = ['xlsx', 'csv', 'pdf'] as const;
export type MailedFormat = (typeof MAILED_FORMATS)[number];
/** Of a company, and addresses of one. */
export const MOST_MAILINGS = 100;
export const MOST_ADDRESSES = 30;

export const mailingForm = z.strictObject({
  view: viewId.describe('id of a saved view; its period is counted from the day on which it goes'),
  format: z.enum(MAILED_FORMATS),
  every: z.enum(EVERY),
  weekday: z.number().int().min(1).max(7).default(1).describe('of a week, 1 = Monday'),
  day: z.number().int().min(1).max(31).default(1).describe('of a month; in a shorter one its last'),
  minute: z.number().int().min(0).max(1_439).describe("of the company's day: 540 = 9:00"),
  addresses: z
    .array(z.string().trim().toLowerCase().regex(MAIL_ADDRESS))
    .min(1)
    .max(MOST_ADDRESSES)
    .transform((list) => [...new Set(list)]),
});
export type MailingForm = z.output<typeof mailingForm>;
export const mailingId = viewId;
