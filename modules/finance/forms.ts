import { z } from 'zod';
import { microsOf } from './money.ts';

const price = z
  .string()
  .refine((text) => microsOf(text) !== null, 'a price in roubles with at most six decimals, such as "1.85"')
  .describe('roubles as text, at most six decimals: "1.85"');
const day = z.iso.date({ error: 'yyyy-mm-dd, e.g. 2026-11-24' });
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM, e.g. 09:00');
const seconds = z.number().int().min(0).max(3_600);

export const MOST_LINES = 20_000;
export const TARIFF_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const packageName = z.string().min(1).max(100);

export const lineForm = z.strictObject({
  direction: z.enum(['out', 'in']).default('out').describe('in: to an 8-800 number, by who calls'),
  prefix: z
    .string()
    .regex(/^\d{0,15}$/, 'international digits without +')
    .describe('what the number begins with, international digits; "" = any'),
  name: z.string().min(1).max(200).describe('where it leads, as people are told'),
  price: price.describe('a minute, roubles as text with at most six decimals'),
  connection: price.default('0').describe('a call, roubles as text'),
  minSeconds: seconds.default(0).describe('at least so many are billed'),
  stepSeconds: seconds.min(1).default(60).describe('whole steps are billed'),
  freeSeconds: seconds.default(0).describe('a call that lasts no longer costs nothing'),
  weekdays: z.array(z.number().int().min(1).max(7)).max(7).default([]).describe('1 = Monday; none = every day'),
  from: clock.default('00:00').describe("by the company's clock; the same as `to` = the whole day"),
  to: clock.default('00:00'),
  validFrom: day.nullable().default(null).describe('first day'),
  validUntil: day.nullable().default(null).describe('last day'),
  package: packageName.nullable().default(null).describe('whose included minutes it takes first'),
});
export type LineForm = z.output<typeof lineForm>;

export const tariffForm = z
  .strictObject({
    name: z.string().min(1).max(200),
    vatPercent: z.number().min(0).max(100).multipleOf(0.01),
    vatIncluded: z.boolean().describe('false: VAT comes on top of the prices'),
    onNetFree: z.boolean().default(false).describe("calls to numbers of the operator's companies cost nothing"),
    packages: z
      .array(z.strictObject({ name: packageName, minutes: z.number().int().min(1).max(1_000_000) }))
      .max(50)
      .default([])
      .describe('minutes that are included each month'),
    lines: z.array(lineForm).min(1).max(MOST_LINES),
  })
  .superRefine(({ packages, lines }, ctx) => {
    const names = new Set(packages.map((p) => p.name));
    if (names.size < packages.length) ctx.addIssue({ code: 'custom', path: ['packages'], message: 'a name stands there twice' });
    const seen = new Map<string, number>();
    lines.forEach((line, i) => {
      if (line.package !== null && !names.has(line.package))
        ctx.addIssue({ code: 'custom', path: ['lines', i, 'package'], message: 'there is no such package in the tariff' });
      if (line.validFrom !== null && line.validUntil !== null && line.validFrom > line.validUntil)
        ctx.addIssue({ code: 'custom', path: ['lines', i, 'validUntil'], message: 'is before validFrom' });
      const { direction, prefix, from, to, validFrom, validUntil } = line;
      const key = JSON.stringify([direction, prefix, line.weekdays.toSorted(), from, to, validFrom, validUntil]);
      const before = seen.get(key);
      if (before !== undefined)
        ctx.addIssue({ code: 'custom', path: ['lines', i], message: `prefix, hours and validity are those of line ${before}` });
      seen.set(key, before ?? i);
    });
  });
export type TariffForm = z.output<typeof tariffForm>;

export const contractForm = z
  .strictObject({
    beginsOn: day.describe("first day, by the company's clock"),
    endsOn: day.nullable().default(null).describe('last day'),
    isMain: z.boolean().default(true).describe('pays for calls of numbers that no other contract names; one of a company at most'),
    numbers: z
      .array(z.string().regex(/^\d{5,15}$/, 'international digits'))
      .max(1_000)
      .default([])
      .describe('own numbers whose calls it pays for'),
    tariffs: z
      .array(z.strictObject({ tariff: z.string().regex(TARIFF_ID), fromOn: day }))
      .max(100)
      .default([])
      .describe('each from its day until the next one begins'),
  })
  .superRefine(({ beginsOn, endsOn, tariffs }, ctx) => {
    if (endsOn !== null && endsOn < beginsOn) ctx.addIssue({ code: 'custom', path: ['endsOn'], message: 'is before beginsOn' });
    if (new Set(tariffs.map((t) => t.fromOn)).size < tariffs.length)
      ctx.addIssue({ code: 'custom', path: ['tariffs'], message: 'two begin on the same day' });
  });
export type ContractForm = z.output<typeof contractForm>;

/** Roubles of a payment and no more than anybody pays. */
export const paymentForm = z.strictObject({
  amount: z.number().int().min(1).max(1e13).describe('kopecks'),
  key: z.string().min(1).max(200).describe('what comes again with it is booked once: the number of the bank document, for one'),
  note: z.string().max(500).default(''),
});
