import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Caller, operatorScope, type TokenScope, tenantScope } from '@callscope/modules/access/callers.ts';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Problem } from './problem.ts';

export type { Deps } from '../deps.ts';

export interface Env {
  Variables: { caller: Caller };
}
export type Api = OpenAPIHono<Env>;

export const BEARER = [{ bearer: [] }];

/**
 * The right to a company for this request. Another company's token gets the same answer as for a company that does not
 * exist; one's own token without the scope is told which.
 * @throws Problem
 */
export function scopeOf(c: Context<Env>, tenant: string, needs: TokenScope): TenantScope {
  const caller = c.get('caller');
  const scope = tenantScope(caller, tenant, needs);
  if (scope) return scope;
  if (caller.kind === 'company' && caller.tenant === tenant) throw new Problem(403, `this token has no scope ${needs}`);
  throw noCompany(tenant);
}

export function noCompany(tenant: string): Problem {
  return new Problem(404, `no company "${tenant}", or this token has no access to it`);
}

/** @throws Problem */
export function operatorOf(c: Context<Env>): OperatorScope {
  const scope = operatorScope(c.get('caller'));
  if (!scope) throw new Problem(403, "this needs the operator's token");
  return scope;
}
