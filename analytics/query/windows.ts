import type { CallFilter } from './filter.ts';

/** A part of a period, ms since the epoch; absent = open. */
export interface Window {
  from?: number;
  to?: number;
}

const DAY = 86_400_000;
/** How far the first parts of a period go, from where a page begins. */
const SPANS = [8 * DAY, 32 * DAY];
/** What looks at the whole period however little of it is listed, and is asked once. */
const OVER_ALL: readonly (keyof CallFilter)[] = ['firstCall', 'repeatCall', 'target'];

/**
 * The period of a list in parts, those nearest to its beginning first: mostly the first has the page, and the store opens no month that the page is
 * not in. Read in order at once, every month would be opened, and searched up to its own first such call.
 * @param beginning ms since the epoch: where the page begins @param older whether it goes back in time from there
 */
export function windowsOf(filter: CallFilter, beginning: number, older: boolean): Window[] {
  const { from, to } = filter;
  if (OVER_ALL.some((field) => filter[field] !== undefined)) return [{}];
  const left = older ? beginning - (from ?? 0) : (to ?? Number.POSITIVE_INFINITY) - beginning;
  // what is little more than a part is one
  const cuts = SPANS.filter((span) => span * 2 < left).map((span) => (older ? beginning - span : beginning + span));
  return [...cuts, null].map((cut, i) => {
    const before = i === 0 ? null : (cuts[i - 1] ?? null);
    const [start, end] = older ? [cut, before] : [before, cut];
    return { ...(start === null ? {} : { from: start }), ...(end === null ? {} : { to: end }) };
  });
}
