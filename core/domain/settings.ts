import { z } from 'zod';
import { type WorkingHours, workingHoursSchema } from './schedule.ts';

/** What a company decides about the meaning of its figures. */
export interface CompanySettings {
  /** null: always open, no missed call is out of hours */
  workingHours: WorkingHours;
  /** an unanswered inbound call whose caller gave up sooner than this is a short abandon; 0 = none is */
  shortAbandonSeconds: number;
  /** working minutes in which a missed caller is to be called back */
  callbackMinutes: number;
}

export const DEFAULT_SETTINGS: CompanySettings = { workingHours: null, shortAbandonSeconds: 5, callbackMinutes: 60 };

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
});

/** Those of a moment; before the oldest it is the oldest that counts. @param versions oldest first */
export function settingsAt(versions: readonly SettingsVersion[], atMs: number): SettingsVersion | undefined {
  return versions.findLast((v) => v.validFrom <= atMs) ?? versions[0];
}

/** The settings with what a form changes. */
export function withForm(settings: CompanySettings, form: SettingsForm): CompanySettings {
  const { workingHours = settings.workingHours, shortAbandonSeconds = settings.shortAbandonSeconds } = form;
  return { workingHours, shortAbandonSeconds, callbackMinutes: form.callbackMinutes ?? settings.callbackMinutes };
}
