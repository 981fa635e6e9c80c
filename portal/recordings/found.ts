import { type CallPeople, callsWithNumber } from '@callscope/analytics/run/recorded.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Desk, deskOf } from '@callscope/modules/recordings/desk.ts';
import { type Erasure, erasuresOf } from '@callscope/modules/recordings/erasures.ts';
import type { Deps } from '../deps.ts';

const PAGE = 5_000;
/** A number with more calls is counted so far; erasing goes through all of them. */
const MOST_CALLS = 20_000;

/** Everything of one number. */
export interface FoundNumber {
  number: string;
  calls: { count: number; isMore: boolean; first: number | null; last: number | null };
  desk: Desk;
  erasures: Erasure[];
}

/** @param number as calls have it */
export async function findNumber(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  number: string,
): Promise<FoundNumber> {
  const now = clock.now();
  const calls: CallPeople[] = [];
  for (let after = { startedAt: 0, callId: '' }; calls.length < MOST_CALLS; ) {
    const page = await callsWithNumber(store, scope, number, after, now + 60_000, PAGE);
    calls.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = { startedAt: last.startedAt, callId: last.id };
  }
  const [desk, erasures] = await Promise.all([
    deskOf(
      db,
      scope,
      number,
      calls.map((call) => call.id),
      new Date(now),
    ),
    erasuresOf(db, scope),
  ]);
  const first = calls[0];
  const last = calls.at(-1);
  return {
    number,
    calls: {
      count: calls.length,
      isMore: calls.length >= MOST_CALLS,
      first: first ? first.startedAt / 1_000 : null,
      last: last ? last.startedAt / 1_000 : null,
    },
    desk,
    erasures: erasures.filter((one) => one.number === number),
  };
}
