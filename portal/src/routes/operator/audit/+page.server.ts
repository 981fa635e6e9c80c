import { operatorAudit } from '@callscope/modules/audit/read.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditPage } from '#page/audit/load.ts';
import { requireOperatorRight } from '#page/company.ts';
import { OPERATOR_ZONE } from '#page/operator/zone.ts';
import type { PageServerLoad } from './$types';

/** Who did what in the operator's own matters, the newest first. */
export const load: PageServerLoad = (event) => {
  const scope = requireOperatorRight(event, 'operators:write');
  return auditPage(event.url.searchParams, OPERATOR_ZONE, (...asked) => operatorAudit(deps().db, scope, ...asked));
};
