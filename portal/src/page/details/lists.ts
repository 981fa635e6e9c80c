import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { MissedKind } from '@callscope/core/domain/result.ts';
import type { Case, CaseStatus } from '@callscope/modules/cases/store.ts';
import { HANDLINGS } from '../missed/handling.ts';

/** Cases that nobody has got through to. */
export const OPEN_CASES = HANDLINGS;
/** Durations and starts are kept by the microsecond, addresses by the millisecond. */
const MICROSECONDS = 1_000;

/** A missed call (S-44). Times are ms since the epoch, spans seconds. */
export interface MissedRow {
  id: string;
  at: number;
  from: string;
  /** own number that was dialled, '' = none */
  number: string;
  dialled: string;
  wait: number;
  reason: MissedKind | '';
  /** how its case stands; null: it is not worked out yet */
  ended: { status: CaseStatus; at: number | null; by: string } | null;
}

export function missedRow(call: CallRow, of: Case | undefined): MissedRow {
  const { id, from, number, dialled, startedAt, endedAt, missedKind } = call;
  return {
    ...{ id, from, number, dialled, at: Math.floor(startedAt / MICROSECONDS), reason: missedKind },
    wait: (endedAt - startedAt) / 1_000_000,
    ended: of ? { status: of.status, at: of.closedAt?.getTime() ?? null, by: of.closedBy } : null,
  };
}

/** Just this call: by its millisecond, and who called which number. */
export function onlyCall({ at, from, number }: Pick<MissedRow, 'at' | 'from' | 'number'>): CallFilter {
  return {
    ...MISSED,
    from: at,
    to: at + 1,
    ...(isPlain(from) ? { caller: asNumber(from) } : {}),
    number: [number === '' ? '' : asNumber(number)],
  };
}

/** What stands in a pattern for itself alone. */
const isPlain = (text: string) => /^[+\w.-]+$/.test(text);
const asNumber = (stored: string) => (/^\d{7,}$/.test(stored) ? `+${stored}` : stored);

/** Missed calls of one number that nobody called back (S-47). */
export interface LostRow {
  id: string;
  number: string;
  ownNumber: string;
  openedAt: number;
  lastMissedAt: number;
  times: number;
  attempts: number;
  overdue: boolean;
  status: CaseStatus;
  owner: string;
  /** employees whom the calls rang */
  offered: string[];
}

export function lostRow(c: Case): LostRow {
  const { id, number, ownNumber, attempts, overdue, status, owner, offered } = c;
  return {
    ...{ id, number, ownNumber, attempts, overdue, status, owner, offered },
    openedAt: c.openedAt.getTime(),
    lastMissedAt: c.lastMissedAt.getTime(),
    times: c.missedCalls.length,
  };
}
