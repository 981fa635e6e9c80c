import { tableSizes } from '@callscope/analytics/run/retention.ts';
import { troublesSince } from '@callscope/modules/operations/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireOperatorRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import type { PageServerLoad } from './$types';

const WEEK_MS = 7 * 86_400_000;
const MOST_TROUBLES = 50;

/** How the whole system stands now, and what was wrong with it in the last week. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'operations:read');
  const { db, store, clock, system } = deps();
  const [state, troubles, sizes] = await Promise.all([
    system(),
    troublesSince(db, scope, clock.now() - WEEK_MS, MOST_TROUBLES),
    // without the store the rest of the page says what is wrong with it
    answered(tableSizes(store, scope)),
  ]);
  return { state, troubles, sizes: sizes.answer };
};
