import { asOperator } from '@callscope/core/node/postgres.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { operatorAudit } from '@callscope/modules/audit/read.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditFile } from '#page/audit/file.ts';
import { auditFilter, auditQuery } from '#page/audit/query.ts';
import { requireOperatorRight, requireSession } from '#page/company.ts';
import { OPERATOR_ZONE } from '#page/operator/zone.ts';
import type { RequestHandler } from './$types';

/** The lines that the page's form lets through, all of them. */
export const GET: RequestHandler = async (event) => {
  const scope = requireOperatorRight(event, 'operators:write');
  const { caller } = requireSession(event);
  const query = auditQuery(event.url.searchParams);
  const filter = auditFilter(query, OPERATOR_ZONE);
  const { db } = deps();
  await asOperator(db, (trx) => noteAct(trx, null, { actor: actorOf(caller), act: 'audit.export', subject: '', after: query }));
  return auditFile('audit-operator', event.locals.locale, (...asked) => operatorAudit(db, scope, filter, ...asked));
};
