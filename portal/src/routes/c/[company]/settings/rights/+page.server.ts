import { requireRight, requireSession } from '#page/company.ts';
import type { PageServerLoad } from './$types';

/** The table itself is pure data, which the page has by itself; what is the operator's is shown to the operator. */
export const load: PageServerLoad = (event) => {
  requireRight(event, 'users:write');
  return { isOperator: requireSession(event).tenant === null };
};
