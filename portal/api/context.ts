import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Clock } from '@callscope/core/node/clock.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { type Caller, operatorScope, type TokenScope, tenantScope } from '@callscope/modules/access/tokens.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Kysely } from 'kysely';
import { Problem } from './problem.ts';

/** What routes work with. */
export interface Deps {
  db: Kysely<PostgresSchema>;
  store: ClickHouseClient;
  bus: Bus;
  clock: Clock;
  log: Log;
  group: string;
}

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
