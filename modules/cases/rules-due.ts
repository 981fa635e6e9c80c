import { afterWorkingMinutes } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_SETTINGS, type SettingsVersion } from '@callscope/core/domain/settings.ts';

/** A company that works less than this in a year does not call back. */
const FARTHEST = 366 * 86_400_000;

/** What a company asks for: working minutes in which a missed call is to be called back, and when it works. */
export type CallbackTerms = Pick<SettingsVersion, 'callbackMinutes' | 'workingHours' | 'timezone'>;

/** The terms in force at a moment. @param versions oldest first */
export function termsAt(versions: readonly SettingsVersion[], at: number): CallbackTerms {
  return versions.findLast((v) => v.validFrom <= at) ?? versions[0] ?? { ...DEFAULT_SETTINGS, timezone: 'UTC' };
}

/**
 * From when on an open case is overdue: when the company's working minutes have passed since it waits.
 * @param waitingFrom ms since the epoch
 */
export function dueAt(waitingFrom: number, { callbackMinutes, workingHours, timezone }: CallbackTerms): number {
  const farthest = waitingFrom + FARTHEST;
  return afterWorkingMinutes(workingHours, timezone, waitingFrom, callbackMinutes, farthest) ?? farthest;
}
