import { operatorScope, tenantScope } from '@callscope/modules/access/callers.ts';
import { listTenants } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error } from '@sveltejs/kit';
import { requireSession } from '#page/company.ts';
import { shellData } from '#page/shell.ts';
import { wordsOf } from '#words/words.ts';
import type { LayoutServerLoad } from './$types';

/** The gallery stands in the shell of the person's company; the operator's in that of the first one. */
export const load: LayoutServerLoad = async (event) => {
  const session = requireSession(event);
  const operator = operatorScope(session.caller, 'companies:read');
  const company = session.tenant ?? (operator ? (await listTenants(deps().db, operator))[0]?.id : undefined);
  const scope = company === undefined ? null : tenantScope(session.caller, company, 'calls:read');
  if (!scope) error(404, 'no company to show the gallery in');
  const words = wordsOf(event.locals.locale);
  return { ...(await shellData(event, scope)), heading: { title: words.shell.pages.gallery } };
};
