import { FilterError } from '@callscope/analytics/query/filter.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { DASHBOARD } from '#page/dashboard/figures.ts';
import { loadDashboard } from '#page/dashboard/load.ts';
import { periodFromQuery } from '#page/period.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(DASHBOARD);
  const company = await companyOf(scope);
  return { dashboard: await loadDashboard(scope, company, periodOf(event.url, company.timezone)) };
};

function periodOf(url: URL, zone: string) {
  try {
    return periodFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
