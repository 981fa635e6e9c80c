import { operatorScope } from '@callscope/modules/access/callers.ts';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Where a person lands: their company; the operator's people at the list of all. */
export const load: PageServerLoad = ({ locals }) => {
  if (!locals.session) redirect(303, '/sign-in');
  const { caller } = locals.session;
  if (caller.tenant !== null) redirect(303, `/c/${caller.tenant}`);
  if (operatorScope(caller, 'companies:read')) redirect(303, '/operator');
  return {};
};
