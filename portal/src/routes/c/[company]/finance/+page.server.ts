import { FilterError } from '@callscope/analytics/query/filter.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { FINANCE, financeFromQuery } from '#page/finance/address.ts';
import { loadFinance } from '#page/finance/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'finance:read', 'company');
  event.depends(FINANCE);
  const company = await companyOf(scope);
  return { finance: await loadFinance(scope, company, addressOf(event.url, company.timezone)) };
};

function addressOf(url: URL, zone: string) {
  try {
    return financeFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
