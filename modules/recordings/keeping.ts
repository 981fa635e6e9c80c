import type { CallRow, Leg } from '@callscope/core/domain/call.ts';

/** Told when something is to go, or may go now. */
export const KEEPING_CHANNEL = 'recording_keeping';

/** Half a year (checklist T-35). */
export const KEEP_DAYS = 180;

/** What of a recording goes with its audio: a waveform is a picture of what was said. Its length, its digest and who took part stay. */
export const NO_WAVEFORM = { peaks_left: null, peaks_right: null, talk: null } as const;

export const HOLD_KINDS = ['call', 'number', 'employee', 'all'] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

/** Who took part in a call, as holds and erasures ask for them. */
export interface People {
  /** as calls have them: extensions and international digits */
  numbers: string[];
  /** ids of the directory */
  employees: string[];
}

/** Everybody whose voice may be in the recording of a call. */
export function peopleOf(
  call: Pick<CallRow, 'from' | 'dialled' | 'answeredBy' | 'employee'> & { legs: readonly Pick<Leg, 'target' | 'employee'>[] },
): People {
  const distinct = (list: readonly string[]) => [...new Set(list)].filter((one) => one !== '').sort();
  return {
    numbers: distinct([call.from, call.dialled, call.answeredBy, ...call.legs.map((leg) => leg.target)]),
    employees: distinct([call.employee, ...call.legs.map((leg) => leg.employee)]),
  };
}
