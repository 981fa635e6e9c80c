import type { Tenant } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type TokenScope, tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, redirect } from '@sveltejs/kit';

/**
 * The right to the company of this page, for whoever signed in: every page and stream of a company begins here. Nobody
 * signed in is led to the sign-in page and back; another company's page does not exist for them, and one of their own that
 * needs another right says so.
 */
export function companyScope(
  event: { locals: App.Locals; url: URL; params: { company: string } },
  needs: TokenScope = 'calls:read',
): TenantScope {
  const { session } = event.locals;
  if (!session) redirect(303, `/sign-in?to=${encodeURIComponent(event.url.pathname + event.url.search)}`);
  const scope = tenantScope(session.caller, event.params.company, needs);
  if (scope) return scope;
  if (tenantScope(session.caller, event.params.company, 'calls:read')) error(403, 'not for this role');
  error(404, 'no such company');
}

/** @throws 404 when the operator names a company that is not there */
export async function companyOf(scope: TenantScope): Promise<Tenant> {
  const company = await getTenant(deps().db, scope);
  if (!company) error(404, 'no such company');
  return company;
}
