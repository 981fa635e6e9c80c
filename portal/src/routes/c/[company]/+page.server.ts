import { FilterError } from '@callscope/analytics/query/filter.ts';
import { arrangedBy } from '@callscope/modules/dashboards/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { layoutOf } from '#page/dashboard/cards.ts';
import { DASHBOARD } from '#page/dashboard/figures.ts';
import { loadDashboard } from '#page/dashboard/load.ts';
import { periodFromQuery } from '#page/period.ts';
import { roleIn } from '#page/shell.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(DASHBOARD);
  const company = await companyOf(scope);
  const session = requireSession(event);
  const layout = layoutOf(roleIn(session, scope), await arrangedBy(deps().db, scope, session.caller));
  return { dashboard: await loadDashboard(scope, company, periodOf(event.url, company.timezone), layout) };
};

function periodOf(url: URL, zone: string) {
  try {
    return periodFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
