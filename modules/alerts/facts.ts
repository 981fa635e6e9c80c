export const SIDES = ['above', 'below'] as const;
export type Side = (typeof SIDES)[number];
/** What is told of an alarm: that it has begun, that it still lasts, that it is over; or a trial, of none. */
export const ALARM_WORDS = ['begun', 'again', 'over', 'trial'] as const;
export type AlarmWord = (typeof ALARM_WORDS)[number];
/** fine: back within its bound; few: too few calls to judge by; closed: the working day ended; changed: the alert was, or was switched off */
export const ALARM_ENDS = ['fine', 'few', 'closed', 'changed'] as const;
export type AlarmEnd = (typeof ALARM_ENDS)[number];

/** Which calls an alert is about; ids of the directory, numbers as calls have them; null: all. */
export interface Narrowing {
  numbers: string[] | null;
  groups: string[] | null;
  employees: string[] | null;
}

/** The calls that an alert is about, as a filter has them (analytics/query/filter.ts). */
export function filterOf({ numbers, groups, employees }: Narrowing): { number?: string[]; group?: string[]; employee?: string[] } {
  return {
    ...(numbers && { number: numbers }),
    ...(groups && { group: groups }),
    ...(employees && { employee: employees }),
  };
}

/** What somebody is told of an alert, as it was at that moment. Times in ms since the epoch. */
export interface AlertFacts extends Narrowing {
  word: AlarmWord;
  alert: string;
  name: string;
  measure: string;
  side: Side;
  /** calls, seconds, or a share of 1 */
  bound: number;
  /** the window's length */
  minutes: number;
  /** null: no data */
  value: number | null;
  /** calls that began in [from, to) */
  from: number;
  to: number;
  /** when the alarm began; null: there is none */
  since: number | null;
  /** when it was over */
  until: number | null;
  ended: AlarmEnd | null;
  /** when it was to be told */
  at: number;
}
