import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { operatorScope, rightsOf } from '@callscope/modules/access/callers.ts';
import { companiesOf } from '@callscope/modules/access/outside.ts';
import { countCases } from '@callscope/modules/cases/store.ts';
import { listTenants } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { SIDE_COOKIE } from '../cookies.ts';
import { companyOf } from './company.ts';

/** Older cases are no work of today: the menu does not count them. */
const CASES_BACK_MS = 30 * 86_400_000;

/** What the shell around a company's pages shows. */
export async function shellData(event: { locals: App.Locals; cookies: { get(name: string): string | undefined } }, scope: TenantScope) {
  const { session } = event.locals;
  const operator = session ? operatorScope(session.caller, 'companies:read') : null;
  /** whoever looks as somebody has their pages, and the banner says so */
  const shown = session?.view ?? session;
  const { db, clock } = deps();
  const now = clock.now();
  const rights = session ? rightsOf(session.caller, scope.tenant) : [];
  const asked = { from: now - CASES_BACK_MS, status: ['open', 'working'] } as const;
  const [company, companies, cases] = await Promise.all([
    companyOf(scope),
    operator ? listTenants(db, operator) : session ? companiesOf(db, session.caller) : [],
    countCases(db, scope, asked, new Date(now)),
  ]);
  const { id, name, timezone, country, rules } = company;
  return {
    company: { id, name, timezone, country, rules },
    /** that the person may open */
    companies: companies.map((c) => ({ id: c.id, name: c.name })),
    user: {
      login: shown?.login ?? '',
      role: shown === null || shown?.tenant === scope.tenant || operator ? (shown?.role ?? 'observer') : 'outside-observer',
      rights,
    },
    /** callers who wait for a call back */
    waiting: { cases: cases.cases, overdue: cases.overdue },
    sideFolded: event.cookies.get(SIDE_COOKIE) === 'folded',
  };
}

export type ShellData = Awaited<ReturnType<typeof shellData>>;
