import { FilterError } from '@callscope/analytics/query/filter.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { STATISTICS, statisticsFromQuery, viewFromQuery } from '#page/statistics/address.ts';
import { loadStatistics } from '#page/statistics/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(STATISTICS);
  const company = await companyOf(scope);
  return {
    statistics: await loadStatistics(scope, company, addressOf(event.url, company.timezone), viewFromQuery(event.url.searchParams)),
  };
};

function addressOf(url: URL, zone: string) {
  try {
    return statisticsFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
