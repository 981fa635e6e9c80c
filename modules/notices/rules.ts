import type { CallNews } from '@callscope/core/bus/calls.ts';
import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { MissedKind } from '@callscope/core/domain/result.ts';
import type { MissedFacts } from './forms.ts';

/** After so long nobody is told any more: a missed call of yesterday is in the list of cases. */
export const LATEST_MS = 3_600_000;

/** What news of calls mean for notices, of one company. */
export interface MissedNews {
  missed: { id: string; facts: MissedFacts }[];
  /** ids of calls that are no missed ones, or none at all: what was not told yet is not told */
  over: string[];
}

/** By company; of a call that the news tell twice the last word counts. @param now ms */
export function missedBy(news: readonly CallNews[], now: number): Map<string, MissedNews> {
  const last = new Map(news.filter(({ row }) => row.tenant !== UNASSIGNED).map((one) => [`${one.row.tenant} ${one.row.id}`, one]));
  const by = new Map<string, MissedNews>();
  for (const { what, row } of last.values()) {
    const of = by.get(row.tenant) ?? { missed: [], over: [] };
    by.set(row.tenant, of);
    if (what === 'removed' || !isMissed(row)) of.over.push(row.id);
    else if (now - row.endedAt / 1_000 < LATEST_MS) of.missed.push({ id: row.id, facts: factsOf(row) });
  }
  return by;
}

function isMissed({ direction, result }: CallRow): boolean {
  return direction === 'in' && result !== 'answered';
}

function factsOf({ from, number, startedAt, endedAt, missedKind }: CallRow): MissedFacts {
  return { from, number, startedAt: Math.floor(startedAt / 1_000), endedAt: Math.floor(endedAt / 1_000), missedKind };
}

/** Whether a rule tells of such a call. */
export function tellsOf(
  { numbers, kinds }: { numbers: readonly string[] | null; kinds: readonly MissedKind[] | null },
  { number, missedKind }: MissedFacts,
): boolean {
  return (numbers === null || numbers.includes(number)) && (kinds === null || (missedKind !== '' && kinds.includes(missedKind)));
}
