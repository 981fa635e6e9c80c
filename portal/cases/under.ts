import { type CallFilter, MISSED, narrow } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { idsOfCalls, MOST_IDS } from '@callscope/analytics/run/outside-calls.ts';
import { QueryTooLarge } from '@callscope/analytics/run/run.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { CaseFilter } from '@callscope/modules/cases/store.ts';
import type { Deps } from '../deps.ts';

/**
 * Cases that a filter of calls means: those whose first missed call it lets through.
 * @returns null when there can be none
 * @throws QueryTooLarge when conditions beside the period let too many missed calls through, StoreUnavailable
 */
export async function casesUnder(
  store: Deps['store'],
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
): Promise<CaseFilter | null> {
  const missed = narrow(filter, MISSED);
  if (missed === null) return null;
  const { from, to, ...conditions } = filter;
  const period = { from, to };
  if (Object.values(conditions).every((value) => value === undefined)) return period;
  const ids = await idsOfCalls(store, scope, missed, company);
  if (ids.length > MOST_IDS) throw new QueryTooLarge(`more than ${MOST_IDS} missed calls fit these conditions: choose a shorter period`);
  return { ...period, ids };
}
