import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import type { CaseLine } from './load.ts';

const SECOND = 1_000;
/** What stands in a pattern for itself alone. */
const PLAIN = /^[+\w.-]+$/;

/** The missed calls of a case; of a hidden number, or one that is no plain word, those of the seconds in which they came. */
export function callsOf({ number, openedAt, lastMissedAt }: Pick<CaseLine, 'number' | 'openedAt' | 'lastMissedAt'>): CallFilter {
  const period = { from: openedAt - (openedAt % SECOND), to: lastMissedAt - (lastMissedAt % SECOND) + SECOND };
  if (!PLAIN.test(number)) return { ...MISSED, ...period };
  return { ...MISSED, ...period, caller: /^\d{7,}$/.test(number) ? `+${number}` : number };
}
