import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import type { CallLine } from '@callscope/core/domain/call.ts';
import type { MissedKind } from '@callscope/core/domain/result.ts';

/** A line of the panel «Пропущенные». */
export interface MissedCall {
  id: string;
  from: string;
  /** own number that was called, '' when none */
  number: string;
  kind: MissedKind | '';
  /** ms since the epoch */
  startedAt: number;
}

export function missedCall({ id, from, number, missedKind, startedAt }: CallLine): MissedCall {
  return { id, from, number, kind: missedKind, startedAt: Math.floor(startedAt / 1_000) };
}

/** What stands in a pattern for itself alone. */
const PLAIN = /^[+\w.-]+$/;

/** The missed calls of the same caller; of somebody who hid the number, the second in which the call came. */
export function missedOf({ from, startedAt }: MissedCall, period: CallFilter): CallFilter {
  if (PLAIN.test(from)) return { ...period, ...MISSED, caller: /^\d{7,}$/.test(from) ? `+${from}` : from };
  return { ...MISSED, from: startedAt - (startedAt % 1_000), to: startedAt - (startedAt % 1_000) + 1_000 };
}
