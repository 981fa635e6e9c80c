import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { operatorScope } from '@callscope/modules/access/callers.ts';
import { listTenants } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { SIDE_COOKIE } from '../cookies.ts';
import { companyOf } from './company.ts';

/** What the shell around a company's pages shows. */
export async function shellData(event: { locals: App.Locals; cookies: { get(name: string): string | undefined } }, scope: TenantScope) {
  const { session } = event.locals;
  const operator = session ? operatorScope(session.caller) : null;
  const [company, companies] = await Promise.all([companyOf(scope), operator ? listTenants(deps().db, operator) : []]);
  const { id, name, timezone, country } = company;
  return {
    company: { id, name, timezone, country },
    /** for the operator alone */
    companies: companies.map((c) => ({ id: c.id, name: c.name })),
    user: { login: session?.login ?? '', role: session?.role ?? 'observer', isOperator: session?.tenant === null },
    sideFolded: event.cookies.get(SIDE_COOKIE) === 'folded',
  };
}

export type ShellData = Awaited<ReturnType<typeof shellData>>;
