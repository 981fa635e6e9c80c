import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { type Caller, isWithin, operatorScope, tenantScope } from '@callscope/modules/access/callers.ts';
import { isCompanyRight, type Right } from '@callscope/modules/access/rights.ts';
import { type OpenAPIHono, createRoute as openApiRoute, type RouteConfig } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

export type { Deps } from '../deps.ts';

export interface Env {
  Variables: {
    caller: Caller;
    /** what `needs` of the route gave */
    scope?: TenantScope;
    operator?: OperatorScope;
  };
}
export type Api = OpenAPIHono<Env>;

/** In the OpenAPI document: the right that an operation needs. */
export const RIGHT_KEY = 'x-right';

/**
 * A route of REST, which names the right that it needs. The right is looked at before anything else of the request is read;
 * the handler has what it gives from `scopeOf` or `operatorOf`.
 */
export function createRoute<P extends string, R extends Omit<RouteConfig, 'path' | 'security' | 'middleware'> & { path: P; needs: Right }>(
  config: R,
): ReturnType<typeof openApiRoute<P, R>> {
  const { needs, description, ...route } = config;
  const told = `${description === undefined ? '' : `${description} `}Needs ${needs}.`;
  const guarded = { ...route, description: told, security: [{ bearer: [] }], middleware: guard(needs), [RIGHT_KEY]: needs };
  return openApiRoute(guarded) as unknown as ReturnType<typeof openApiRoute<P, R>>;
}

/**
 * Another company's token gets the same answer as for a company that does not exist; one's own token without the right is
 * told which.
 */
function guard(needs: Right): MiddlewareHandler<Env> {
  return async (c, next) => {
    const caller = c.get('caller');
    const tenant = c.req.param('tenant');
    if (tenant !== undefined && !isWithin(caller, tenant)) throw noCompany(tenant);
    if (!isCompanyRight(needs)) {
      const operator = operatorScope(caller, needs);
      if (!operator) throw new Problem(403, `this needs the operator's token, with ${needs}`);
      c.set('operator', operator);
    } else {
      if (tenant === undefined) throw new Error(`${c.req.routePath} needs ${needs} and names no company`);
      const scope = tenantScope(caller, tenant, needs);
      if (!scope) throw new Problem(403, `this token has no scope ${needs}`);
      c.set('scope', scope);
    }
    await next();
  };
}

/** The right to the company of this request. */
export function scopeOf(c: Context<Env>): TenantScope {
  const scope = c.get('scope');
  if (!scope) throw new Error(`${c.req.routePath} needs no right to a company`);
  return scope;
}

export function operatorOf(c: Context<Env>): OperatorScope {
  const scope = c.get('operator');
  if (!scope) throw new Error(`${c.req.routePath} needs no right of the operator`);
  return scope;
}

export function noCompany(tenant: string): Problem {
  return new Problem(404, `no company "${tenant}", or this token has no access to it`);
}
