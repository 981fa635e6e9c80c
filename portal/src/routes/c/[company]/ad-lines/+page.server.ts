import { FilterError } from '@callscope/analytics/query/filter.ts';
import { rightsOf } from '@callscope/modules/access/callers.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { AD_LINES, adLinesFromQuery } from '#page/ads/address.ts';
import { loadAdLines } from '#page/ads/load.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'ads:read');
  event.depends(AD_LINES);
  const company = await companyOf(scope);
  const rights = rightsOf(requireSession(event).caller, scope.tenant);
  return {
    ads: await loadAdLines(scope, company, addressOf(event.url, company.timezone)),
    canEdit: rights.includes('ads:write'),
  };
};

function addressOf(url: URL, zone: string) {
  try {
    return adLinesFromQuery(url.searchParams, zone, deps().clock.now());
  } catch (cause) {
    if (cause instanceof FilterError) error(400, cause.message);
    throw cause;
  }
}
