import { z } from 'zod';
import { CHANNELS, nameField, noticeId, numbersField, targetsFault, type WayForm, wayFields } from '../notices/forms.ts';
import { type Narrowing, SIDES } from './facts.ts';

/** Of a company. */
export const MOST_ALERTS = 50;
/** A window that must lie within working hours as a whole fits into a working day. */
export const MOST_MINUTES_IN_HOURS = 720;

const ids = (what: string) => z.array(z.string().trim().min(1).max(200)).min(1).max(500).nullable().default(null).describe(what);

/** @param measures that there are @param shares those among them whose value is a share, from 0 to 1 @param calls-less those that cannot be narrowed */
export function alertFormOf<const M extends string>(
  measures: readonly [M, ...M[]],
  { shares, whole }: { shares: ReadonlySet<string>; whole: ReadonlySet<string> },
) {
  return z
    .strictObject({
      name: nameField,
      measure: z.enum(measures).describe('of the catalogue of figures, by the id that reports have'),
      minutes: z.number().int().min(5).max(1_440).describe('over the last so many'),
      side: z.enum(SIDES).describe('told of when the value is above, or below, the bound'),
      bound: z.number().min(0).max(1_000_000).describe('calls, seconds, or a share from 0 to 1, as the report has it'),
      least: z.number().int().min(1).max(10_000).default(5).describe('a mean or a share of fewer calls is not judged'),
      numbers: numbersField,
      groups: ids('ids of groups; null: all'),
      employees: ids('ids of employees who took part; null: all'),
      inHours: z.boolean().default(false).describe('judged only while the whole window lies within working hours'),
      quietMinutes: z.number().int().min(5).max(10_080).default(60).describe('not told again for so long'),
      reminds: z.boolean().default(false).describe('told anew each time that the quiet period is over and it still lasts'),
      ways: z.array(z.strictObject(wayFields)).min(1).max(CHANNELS.length).describe('how it is told: each channel once'),
      on: z.boolean().default(true),
    })
    .superRefine((form, ctx) => {
      const wrong = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
      const { measure, bound, side, inHours, minutes, ways } = form;
      if (shares.has(measure) && bound > 1) wrong(['bound'], 'a share is from 0 to 1');
      if (side === 'below' && bound === 0) wrong(['bound'], 'nothing is below 0');
      if (inHours && minutes > MOST_MINUTES_IN_HOURS) wrong(['minutes'], `in working hours at most ${MOST_MINUTES_IN_HOURS}`);
      if (whole.has(measure) && (form.numbers ?? form.groups ?? form.employees) !== null)
        wrong(['measure'], 'this one is counted of the whole company');
      ways.forEach((way, i) => {
        const fault = targetsFault(way);
        if (fault !== null) wrong(['ways', i, 'targets'], fault);
        if (ways.findIndex(({ channel }) => channel === way.channel) < i) wrong(['ways', i, 'channel'], 'each channel once');
      });
    });
}

/** Which measure is looked at, and who is told. */
export interface AlertForm extends Narrowing {
  name: string;
  measure: string;
  minutes: number;
  side: (typeof SIDES)[number];
  bound: number;
  least: number;
  inHours: boolean;
  quietMinutes: number;
  reminds: boolean;
  ways: WayForm[];
  on: boolean;
}
export const alertId = noticeId;
