import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { isWithin, operatorScope, type PageRight, tenantScope } from '@callscope/modules/access/callers.ts';
import type { OperatorRight, Reach } from '@callscope/modules/access/rights.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, redirect } from '@sveltejs/kit';

/**
 * The right to the company of this page, for whoever signed in: every page, form and stream of a company begins here. Nobody
 * signed in is led to the sign-in page and back; another company's page does not exist for them, and one of their own that
 * needs another right says so.
 * @param least how far the right must reach: what tells of everybody is not for who sees their own
 */
export function requireRight(
  event: { locals: App.Locals; url: URL; params: { company: string } },
  needs: PageRight,
  least: Extract<Reach, 'own' | 'company'> = 'own',
): TenantScope {
  const { caller } = requireSession(event);
  const scope = tenantScope(caller, event.params.company, needs);
  if (scope && (least === 'own' || scope.within === undefined)) return scope;
  if (isWithin(caller, event.params.company)) error(403, `not for this role: it needs ${needs}`);
  error(404, 'no such company');
}

/** The right to what is done across companies, for the operator's people: every page and form below /operator begins here. */
export function requireOperatorRight(event: { locals: App.Locals; url: URL }, needs: OperatorRight): OperatorScope {
  const { caller } = requireSession(event);
  const scope = operatorScope(caller, needs);
  if (!scope) error(403, `not for this role: it needs ${needs}`);
  return scope;
}

/** For what is a person's own, whatever their role. */
export function requireSession({ locals, url }: { locals: App.Locals; url: URL }): Session {
  if (!locals.session) redirect(303, `/sign-in?to=${encodeURIComponent(url.pathname + url.search)}`);
  return locals.session;
}

/** @throws 404 when the operator names a company that is not there */
export async function companyOf(scope: TenantScope): Promise<RuledTenant> {
  const company = await getTenant(deps().db, scope);
  if (!company) error(404, 'no such company');
  return company;
}
