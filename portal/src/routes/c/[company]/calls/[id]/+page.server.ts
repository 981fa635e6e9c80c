import { tenantScope } from '@callscope/modules/access/callers.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { loadCard } from '#page/call/load.ts';
import { momentOf } from '#page/call/moment.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { givable } from '#page/quality/review.ts';
import type { PageServerLoad } from './$types';

/** One call, for whoever may see it; for all others it does not exist. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'calls:read');
  const card = await loadCard(scope, await companyOf(scope), event.params.id);
  if (card === null) error(404, 'no such call');
  return { card, moment: momentOf(event.url.searchParams), give: await giveIn(event) };
};

/** What a call is given to a reviewer with, for whoever may; null: others, and while somebody looks as somebody else. */
async function giveIn(event: Parameters<typeof requireRight>[0]) {
  const { caller } = requireSession(event);
  const scope = tenantScope(caller, event.params.company, 'quality:review');
  if (scope === null) return null;
  const viewer = await viewerOf(deps().db, caller, scope);
  return { me: viewer.name, mayManage: viewer.mayManage, ...(await givable(scope)) };
}
