import { callsByCompany, tableSizes } from '@callscope/analytics/run/retention.ts';
import { troublesSince } from '@callscope/modules/operations/store.ts';
import { companyDays, recordedBytes } from '@callscope/modules/retention/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireOperatorRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import type { PageServerLoad } from './$types';

const WEEK_MS = 7 * 86_400_000;
const MOST_TROUBLES = 50;
const MOST_COMPANIES = 20;

/** How the whole system stands now, and what was wrong with it in the last week. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'operations:read');
  const { db, store, clock, system } = deps();
  const [state, troubles, sizes, calls, recorded, days] = await Promise.all([
    system(),
    troublesSince(db, scope, clock.now() - WEEK_MS, MOST_TROUBLES),
    // without the store the rest of the page says what is wrong with it
    answered(tableSizes(store, scope)),
    answered(callsByCompany(store, scope)),
    recordedBytes(db, scope),
    companyDays(db, scope),
  ]);
  const all = [...new Set([...(calls.answer?.keys() ?? []), ...recorded.keys()])].map((id) => ({
    ...{ id, calls: calls.answer === null ? null : (calls.answer.get(id) ?? 0), days: days.get(id) ?? null },
    ...(recorded.get(id) ?? { count: 0, bytes: 0 }),
  }));
  // the largest first
  all.sort((a, b) => (b.calls ?? 0) - (a.calls ?? 0) || b.bytes - a.bytes);
  return { state, troubles, sizes: sizes.answer, companies: all.slice(0, MOST_COMPANIES), companiesInAll: all.length };
};
