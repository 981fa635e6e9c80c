/** What is kept for a time, by the table of the store that holds it. */
export const KEPT = ['messages', 'rtcp', 'events', 'calls', 'registrations', 'security_events'] as const;
export type Kept = (typeof KEPT)[number];
export const isKept = (what: string): what is Kept => (KEPT as readonly string[]).includes(what);

export interface Bounds {
  /** days, where nobody said otherwise */
  usual: number;
  least: number;
}

/**
 * Calls three years, messages two weeks, reports of media a month. A company's calls of the last two weeks are made anew when its
 * directory changes, and late facts look raw rows up: less than two days of raw rows would leave neither anything to work with.
 */
export const BOUNDS: Readonly<Record<Kept, Bounds>> = {
  messages: { usual: 14, least: 2 },
  rtcp: { usual: 31, least: 1 },
  events: { usual: 31, least: 2 },
  calls: { usual: 1096, least: 31 },
  registrations: { usual: 366, least: 7 },
  security_events: { usual: 366, least: 7 },
};
/** Ten years and the leap days. */
export const MOST_DAYS = 3_653;

/** Days for each, as the operator set them or as usual. */
export type Rules = Readonly<Record<Kept, number>>;

export function rulesOf(set: ReadonlyMap<string, number>): Rules {
  return Object.fromEntries(KEPT.map((what) => [what, set.get(what) ?? BOUNDS[what].usual])) as Record<Kept, number>;
}

/** @returns why these days cannot be; null: they can */
export function daysFault(what: Kept, days: number): string | null {
  const { least } = BOUNDS[what];
  return Number.isInteger(days) && days >= least && days <= MOST_DAYS ? null : `${what} takes ${least} to ${MOST_DAYS} days`;
}

/** A company may keep its calls shorter than all do, not longer: the store lets them all go then. */
export function companyDaysFault(days: number, rules: Rules): string | null {
  return Number.isInteger(days) && days >= BOUNDS.calls.least && days <= rules.calls
    ? null
    : `calls of a company take ${BOUNDS.calls.least} to ${rules.calls} days, which is what all calls are kept for`;
}
