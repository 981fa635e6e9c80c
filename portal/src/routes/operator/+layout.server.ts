import { rightsOf } from '@callscope/modules/access/callers.ts';
import { requireOperatorRight, requireSession } from '#page/company.ts';
import type { LayoutServerLoad } from './$types';

/** Whose pages these are, and what of them is open. */
export const load: LayoutServerLoad = (event) => {
  requireOperatorRight(event, 'companies:read');
  const { login, role, caller } = requireSession(event);
  // the operator's rights are the same in every company
  return { user: { login, role, rights: rightsOf(caller, '') } };
};
