import { operatorScope } from '@callscope/modules/access/callers.ts';
import { listTenants } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Where a person lands: their company, or the operator's first one. */
export const load: PageServerLoad = async ({ locals }) => {
  if (!locals.session) redirect(303, '/sign-in');
  const { caller } = locals.session;
  if (caller.tenant !== null) redirect(303, `/c/${caller.tenant}`);
  const operator = operatorScope(caller, 'companies:read');
  const [first] = operator ? await listTenants(deps().db, operator) : [];
  if (first) redirect(303, `/c/${first.id}`);
  return {};
};
