import { z } from 'zod';
import { type WorkingHours, workingHoursSchema } from './schedule.ts';

/** Rules that figures are counted by when somebody asks: a change of them counts for every period, also a past one. */
export interface FigureRules {
  /** an answer after at most so much ringing is in time */
  answerWithinSeconds: number;
  /** share of calls to be answered in time, percent: what a figure is compared with */
  serviceLevelPercent: number;
  /** whether short abandons are left out of the calls that the service level is about */
  serviceWithoutShortAbandons: boolean;
  /** the same of those missed out of hours */
  serviceWithoutOutOfHours: boolean;
  /** a caller who called in so many days before calls again */
  repeatCallDays: number;
}

export const DEFAULT_RULES: FigureRules = {
  ...{ answerWithinSeconds: 20, serviceLevelPercent: 80 },
  ...{ serviceWithoutShortAbandons: false, serviceWithoutOutOfHours: false, repeatCallDays: 7 },
};

/** What a company decides about the meaning of its figures. */
export interface CompanySettings extends FigureRules {
  /** null: always open, no missed call is out of hours */
  workingHours: WorkingHours;
  /** an unanswered inbound call whose caller gave up sooner than this is a short abandon; 0 = none is */
  shortAbandonSeconds: number;
  /** working minutes in which a missed caller is to be called back */
  callbackMinutes: number;
}

export const DEFAULT_SETTINGS: CompanySettings = { workingHours: null, shortAbandonSeconds: 5, callbackMinutes: 60, ...DEFAULT_RULES };

/** A form's field; one that is left out stays as it is. */
const answerWithinSeconds = z.number().int().min(0).max(600);
const serviceLevelPercent = z.number().int().min(1).max(100);
const repeatCallDays = z.number().int().min(1).max(90);

/** The settings as a form: one that is left out stays as it is, on a new company it is the default. */
export const settingsForm = z.object({
  workingHours: workingHoursSchema
    .nullable()
    .optional()
    .describe('by them a missed call is out of hours; null = always open (the default): none is'),
  shortAbandonSeconds: z
    .number()
    .min(0)
    .max(120)
    .optional()
    .describe(
      `a missed call whose caller gave up sooner is a short abandon; 0 = none is; ${DEFAULT_SETTINGS.shortAbandonSeconds} by default`,
    ),
  callbackMinutes: z
    .number()
    .int()
    .min(1)
    .max(14_400)
    .optional()
    .describe(`working minutes in which a missed caller is to be called back; ${DEFAULT_SETTINGS.callbackMinutes} by default`),
  answerWithinSeconds: answerWithinSeconds
    .optional()
    .describe(
      `service level: an answer after at most so much ringing is in time; holds for past calls too; ${DEFAULT_RULES.answerWithinSeconds} by default`,
    ),
  serviceLevelPercent: serviceLevelPercent
    .optional()
    .describe(`service level: the share of calls that is aimed at; ${DEFAULT_RULES.serviceLevelPercent} by default`),
  serviceWithoutShortAbandons: z
    .boolean()
    .optional()
    .describe('service level: whether short abandons are left out of the calls offered; false by default'),
  serviceWithoutOutOfHours: z
    .boolean()
    .optional()
    .describe('service level: whether calls missed out of hours are left out of the calls offered; false by default'),
  repeatCallDays: repeatCallDays
    .optional()
    .describe(
      `a call from a number that called in so many days before is a repeat call; holds for past calls too; ${DEFAULT_RULES.repeatCallDays} by default`,
    ),
});
export type SettingsForm = z.output<typeof settingsForm>;

/** Settings in force for calls that begin at `validFrom` (ms since the epoch, 0 = always) or later, until the next version. */
export interface SettingsVersion extends CompanySettings {
  validFrom: number;
  /** the company's zone by then: working hours are its wall clock's */
  timezone: string;
}

/** As they travel on the bus and are kept. */
export const settingsVersionSchema = z.object({
  validFrom: z.number(),
  timezone: z.string(),
  workingHours: workingHoursSchema.nullable(),
  shortAbandonSeconds: z.number(),
  callbackMinutes: z.number(),
  // messages of before these have none; no call is judged by them
  answerWithinSeconds: answerWithinSeconds.default(DEFAULT_RULES.answerWithinSeconds),
  serviceLevelPercent: serviceLevelPercent.default(DEFAULT_RULES.serviceLevelPercent),
  serviceWithoutShortAbandons: z.boolean().default(DEFAULT_RULES.serviceWithoutShortAbandons),
  serviceWithoutOutOfHours: z.boolean().default(DEFAULT_RULES.serviceWithoutOutOfHours),
  repeatCallDays: repeatCallDays.default(DEFAULT_RULES.repeatCallDays),
});

/** Those of a moment; before the oldest it is the oldest that counts. @param versions oldest first */
export function settingsAt(versions: readonly SettingsVersion[], atMs: number): SettingsVersion | undefined {
  return versions.findLast((v) => v.validFrom <= atMs) ?? versions[0];
}

/** The settings with what a form changes. */
export function withForm(settings: CompanySettings, form: SettingsForm): CompanySettings {
  const given = Object.entries(form).filter(([name, value]) => value !== undefined && Object.hasOwn(settings, name));
  return { ...settings, ...Object.fromEntries(given) };
}

/** The rules among a company's settings. */
export function rulesOf(settings: FigureRules): FigureRules {
  const { answerWithinSeconds, serviceLevelPercent, serviceWithoutShortAbandons, serviceWithoutOutOfHours, repeatCallDays } = settings;
  return { answerWithinSeconds, serviceLevelPercent, serviceWithoutShortAbandons, serviceWithoutOutOfHours, repeatCallDays };
}
