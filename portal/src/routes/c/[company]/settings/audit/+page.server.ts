import { auditOf } from '@callscope/modules/audit/read.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditPage } from '#page/audit/load.ts';
import { companyOf, requireRight } from '#page/company.ts';
import type { PageServerLoad } from './$types';

/** Who did what in the company, the newest first. */
export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'audit:read');
  const { timezone } = await companyOf(scope);
  return auditPage(event.url.searchParams, timezone, (...asked) => auditOf(deps().db, scope, ...asked));
};
