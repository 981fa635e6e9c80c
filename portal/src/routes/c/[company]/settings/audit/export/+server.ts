import { asTenant } from '@callscope/core/node/postgres.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { auditOf } from '@callscope/modules/audit/read.ts';
import { noteAct } from '@callscope/modules/audit/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { auditFile } from '#page/audit/file.ts';
import { auditFilter, auditQuery } from '#page/audit/query.ts';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import type { RequestHandler } from './$types';

/** The lines that the page's form lets through, all of them. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'audit:read');
  const { caller } = requireSession(event);
  const company = await companyOf(scope);
  const query = auditQuery(event.url.searchParams);
  const filter = auditFilter(query, company.timezone);
  const { db } = deps();
  await asTenant(db, scope.tenant, (trx) =>
    noteAct(trx, scope.tenant, { actor: actorOf(caller), act: 'audit.export', subject: '', after: query }),
  );
  return auditFile(`audit-${scope.tenant}`, event.locals.locale, (...asked) => auditOf(db, scope, filter, ...asked));
};
