import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { operatorScope, rightsOf } from '@callscope/modules/access/callers.ts';
import { companiesOf } from '@callscope/modules/access/outside.ts';
import type { Holder } from '@callscope/modules/access/rights.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import { countCases } from '@callscope/modules/cases/store.ts';
import { listTenants } from '@callscope/modules/directory/store.ts';
import { openExports } from '@callscope/modules/exports/store.ts';
import { hasTranscripts } from '@callscope/modules/transcripts/settings.ts';
import { listViews, mayShareViews } from '@callscope/modules/views/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { SIDE_COOKIE } from '../cookies.ts';
import { companyOf } from './company.ts';
import { viewHref } from './views/query.ts';

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
  const [company, companies, cases, views, transcripts, exports] = await Promise.all([
    companyOf(scope),
    operator ? listTenants(db, operator) : session ? companiesOf(db, session.caller) : [],
    countCases(db, scope, asked, new Date(now)),
    session ? listViews(db, scope, session.caller) : [],
    rights.includes('recordings:listen') && hasTranscripts(db, scope),
    session ? openExports(db, scope, session.caller) : [],
  ]);
  const { id, name, timezone, country, rules } = company;
  return {
    company: { id, name, timezone, country, rules },
    /** that the person may open */
    companies: companies.map((c) => ({ id: c.id, name: c.name })),
    user: {
      login: shown?.login ?? '',
      /** id of the employee that they are in this company; null: nobody of its directory */
      employee: shown && shown.tenant === scope.tenant ? shown.employee : null,
      role: session ? roleIn(session, scope) : ('observer' as const),
      rights,
    },
    /** callers who wait for a call back */
    waiting: { cases: cases.cases, overdue: cases.overdue },
    /** ids of files that are made for the person */
    exports,
    /** saved views that the person may open, by page and name */
    views: views.map(({ id, page, name, query, shared, madeBy }) => ({
      id,
      page,
      name,
      query,
      shared,
      madeBy,
      href: viewHref(scope.tenant, { page, query }),
    })),
    /** calls are found by what was said in them */
    transcripts,
    mayShareViews: session !== null && mayShareViews(session.caller, scope.tenant),
    sideFolded: event.cookies.get(SIDE_COOKIE) === 'folded',
  };
}

/** What the person is in this company; whoever looks as somebody is what they are. */
export function roleIn(session: Session, scope: TenantScope): Holder {
  const { tenant, role } = session.view ?? session;
  return tenant === scope.tenant || operatorScope(session.caller, 'companies:read') ? role : 'outside-observer';
}

export type ShellData = Awaited<ReturnType<typeof shellData>>;
/** A saved view as pages list it. */
export type ViewLine = ShellData['views'][number];
