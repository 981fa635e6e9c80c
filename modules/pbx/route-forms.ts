import { WEEKDAYS } from '@callscope/core/domain/schedule.ts';
import { z } from 'zod';
import { REFUSALS, SHOWN } from './rules-route.ts';
import { CALENDARS } from './rules-times.ts';

/** Routes of own numbers and lists of callers as people say them. */
export const ring = z.number().int().min(5, 'rings for 5 s at least').max(180, 'rings for 180 s at most').default(25);
/** An outside number as somebody dials it. */
export const OUTSIDE = /^\+?[0-9]{7,18}$/;

const date = z.iso.date('a day such as 2027-01-01');
const periodForm = z
  .strictObject({
    days: z.array(z.enum(WEEKDAYS)).max(7).default([]).describe('none: every day'),
    from: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM, 00:00 to 23:59')
      .default('00:00'),
    to: z
      .string()
      .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM, 24:00 is the end of the day')
      .default('24:00')
      .describe('excluded; before `from`: on the next day, and days and dates are those of the beginning'),
    dates: z
      .array(z.strictObject({ from: date, to: date }).refine((d) => d.from <= d.to, { path: ['to'], message: 'must not be before from' }))
      .max(100)
      .default([])
      .describe('single days and stretches of them; none: any'),
    calendar: z
      .enum(CALENDARS)
      .default('any')
      .describe("by the company's working hours: within them, outside them, on days that are closed though their weekday is not"),
  })
  .refine((p) => p.from !== p.to, { path: ['to'], message: 'must differ from from; a whole day is 00:00 to 24:00' })
  .describe("times by the clock of the company's zone; all that is said must hold");

/** Of one list. */
export const MOST_CALLERS = 10_000;
/** The longest number that is sent, and room for a country code that is added: the store has 20. */
const MOST_DIGITS = 18;
const patternForm = z
  .string()
  .regex(/^(?=.*[0-9*])[+0-9*() -]{1,30}$|^hidden$/, 'digits of a number, * for any digits, or `hidden` for callers without number')
  .refine((pattern) => pattern.replace(/[^\d*]/g, '').length <= MOST_DIGITS, `has ${MOST_DIGITS} digits at most`);

export const destinationForm = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extension'), value: z.string().max(16).describe('a short number') }),
  z.strictObject({ kind: z.literal('group'), value: z.string().max(64).describe('id of a group') }),
  z.strictObject({
    kind: z.literal('outside'),
    value: z.string().max(30),
    shown: z.enum(SHOWN).default('company').describe("the company's number, the one that was called, or the caller's"),
  }),
  z.strictObject({
    kind: z.literal('reject'),
    code: z
      .union(Object.keys(REFUSALS).map((code) => z.literal(Number(code) as keyof typeof REFUSALS)))
      .default(603)
      .describe('SIP: 486 busy, 480 unavailable, 404 no such number, 603 declined'),
  }),
]);

export const rulesForm = z
  .array(
    z.strictObject({
      name: z.string().max(60).default(''),
      when: z.array(periodForm).max(20).default([]).describe('one of these; none: always'),
      callers: z.array(patternForm).max(1_000).default([]).describe('one of these; none: everybody'),
      to: destinationForm,
    }),
  )
  .min(1, 'a route has a rule at least')
  .max(100)
  .describe('in order: the first that holds decides; the last always does');
export type RuleForm = z.output<typeof rulesForm>[number];

export const listForm = z
  .array(z.strictObject({ pattern: patternForm, comment: z.string().max(200).default('') }))
  .max(MOST_CALLERS)
  .describe('callers, as patterns');
/** Callers as they stand on a list. */
export const patternsForm = z.array(z.string().max(30)).min(1).max(MOST_CALLERS);
export type ListForm = z.output<typeof listForm>;

export const routeForm = z.strictObject({
  rules: rulesForm,
  whiteList: listForm.default([]).describe('not empty: only these are let through, and the black list is not asked'),
});
export type RouteForm = z.output<typeof routeForm>;

/** What is wrong with a route among these short numbers and ids of groups. @returns paths from the list of rules on */
export function routeFaults(
  rules: readonly RuleForm[],
  shorts: ReadonlySet<string>,
  groups: ReadonlySet<string>,
): { path: (string | number)[]; message: string }[] {
  const last = rules.length - 1;
  return rules.flatMap(({ when, callers, to }, i) => {
    const faults: { path: (string | number)[]; message: string }[] = [];
    const always = when.length === 0 && callers.length === 0;
    if (i === last && !always)
      faults.push({ path: [i], message: 'the last rule takes every call: no times and no callers, so that each call goes somewhere' });
    if (i < last && always) faults.push({ path: [i], message: 'this rule takes every call: those after it are never asked' });
    if (to.kind === 'extension' && !shorts.has(to.value))
      faults.push({ path: [i, 'to', 'value'], message: `there is no extension "${to.value}"` });
    if (to.kind === 'group' && !groups.has(to.value)) faults.push({ path: [i, 'to', 'value'], message: `there is no group "${to.value}"` });
    if (to.kind === 'outside' && !OUTSIDE.test(to.value)) faults.push({ path: [i, 'to', 'value'], message: 'an outside number in digits' });
    return faults;
  });
}
