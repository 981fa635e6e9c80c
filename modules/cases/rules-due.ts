import { workingMinutesBetween } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_SETTINGS, type SettingsVersion } from '@callscope/core/domain/settings.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A company that works less than this in a year does not call back. */
const FARTHEST = 366 * DAY;

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
  if (workingHours === null) return waitingFrom + callbackMinutes * MINUTE;
  const worked = (until: number) => workingMinutesBetween(workingHours, timezone, waitingFrom, until);
  let late = waitingFrom + Math.max(callbackMinutes * MINUTE, DAY);
  while (worked(late) < callbackMinutes && late < waitingFrom + FARTHEST) late += late - waitingFrom;
  let early = waitingFrom;
  // the first minute by which enough of them have passed
  while (late - early > MINUTE) {
    const middle = early + Math.ceil((late - early) / 2 / MINUTE) * MINUTE;
    if (middle >= late) break;
    if (worked(middle) >= callbackMinutes) late = middle;
    else early = middle;
  }
  return late;
}
