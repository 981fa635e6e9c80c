import type { CallRow } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import { cardHref } from '../call/moment.ts';
import { ms, seconds } from './rows.ts';

/** Whom a call was offered to, as the unfolded row says it. Times are ms since the epoch, spans seconds. */
export interface JournalLeg {
  target: string;
  employee: string;
  result: CallResult;
  startedAt: number;
  /** how long it rang; null = it did not */
  rang: number | null;
  /** 0 = none was seen */
  code: number;
}

/** Legs that begin within this of each other are rung together, not one after the other. µs */
const TOGETHER = 2_000_000;

/** A leg does not say when it ended: it rang until it was answered, the next one was tried, or the call was over. */
export function legsOf({ legs, answeredAt, endedAt }: Pick<CallRow, 'legs' | 'answeredAt' | 'endedAt'>): JournalLeg[] {
  return legs.map(({ target, employee, result, startedAt, sipCode, rang }) => {
    const next = legs.map((leg) => leg.startedAt).filter((at) => at > startedAt + TOGETHER);
    const over = answeredAt || endedAt;
    const until = result === 'answered' ? over : Math.min(over, ...next);
    return { target, employee, result, startedAt: ms(startedAt), rang: rang ? seconds(until - startedAt) : null, code: sipCode };
  });
}

export const legsHref = (company: string, call: string): string => `${cardHref(company, call)}/legs`;
