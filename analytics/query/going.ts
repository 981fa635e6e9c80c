import type { CallFilter } from './filter.ts';

/**
 * A call that is longer than this takes no line after it: it bounds how far back the store looks for calls that began before a
 * period and still went on in it.
 */
export const LONGEST = 86_400_000;

/** ms since the epoch, as SQL over `calls` */
export const BEGUN = 'toUnixTimestamp64Milli(started_at)';
export const ENDED = `least(toUnixTimestamp64Milli(ended_at), ${BEGUN} + ${LONGEST})`;

/** Whether a call goes on at a moment, as SQL over `calls`: from its first millisecond on, up to its last excluded. */
export function goingSql(at: string): string {
  return `(${BEGUN} <= ${at} AND ${ENDED} > ${at})`;
}

/** The calls that were going on at a moment, in a filter: they may have begun before the period that was asked about. */
export function goingAt(filter: CallFilter, at: number): CallFilter {
  return { ...filter, from: at - LONGEST, to: at + 1, going: at };
}
