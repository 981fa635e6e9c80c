import { searchSignalling } from '@callscope/analytics/run/signalling.ts';
import { deps } from '@callscope/portal/deps.ts';
import { requireOperatorRight } from '#page/company.ts';
import { answered } from '#page/failure.ts';
import { faultsOf, signallingFilter, signallingQuery } from '#page/operator/signalling.ts';
import type { PageServerLoad } from './$types';

const MOST = 50;

/** Call-IDs in which a message is as the address asks. */
export const load: PageServerLoad = async (event) => {
  const scope = requireOperatorRight(event, 'signalling:search');
  const { store, clock } = deps();
  const query = signallingQuery(event.url.searchParams);
  const faults = faultsOf(query);
  const asked = faults.length > 0 ? Promise.resolve([]) : searchSignalling(store, scope, signallingFilter(query, clock.now()), MOST);
  const { answer, failure } = await answered(asked);
  return { query, faults, found: answer ?? [], most: MOST, failure };
};
