import { FilterError } from '@callscope/analytics/query/filter.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { DETAILS, detailsFromQuery } from '#page/details/address.ts';
import { loadDetails } from '#page/details/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  event.depends(DETAILS);
  const company = await companyOf(scope);
  return { details: await loadDetails(scope, company, addressOf(event.url, company.timezone)) };
};

function addressOf(url: URL, zone: string) {
  try {
    return detailsFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
