import { securityEvents } from '@callscope/analytics/run/operator.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { DEFAULT_TARGET_CALL } from '@callscope/core/domain/target-call.ts';
import { TENANT_ID } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { callQuery, pageOfCalls, pageSchema } from './call-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf } from './context.ts';
import { ledger, ledgerSchema } from './ledger.ts';
import { problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const timestamp = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const MOST_US = Date.UTC(2200, 0, 1) * 1_000;

/** Calls of no company are read as Russian and in UTC. */
const NOBODYS = { timezone: 'UTC', country: 'RU', rules: DEFAULT_RULES, target: DEFAULT_TARGET_CALL };

/** The operator's own pages: across companies. */
export function opsRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/calls',
      tags: ['Operator'],
      summary: 'Calls of any company, and those of none',
      needs: 'operations:read',
      request: {
        query: callQuery.extend({ tenant: z.string().regex(TENANT_ID).default(UNASSIGNED).describe(`a company, or ${UNASSIGNED}`) }),
      },
      responses: { 200: { description: 'A page', content: json(pageSchema) }, ...problems(400, 401, 403, 404, 422, 503) },
    }),
    async (c) => {
      const { tenant, ...query } = c.req.valid('query');
      const scope = tenantScope(c.get('caller'), tenant, 'calls:read');
      if (!scope) throw noCompany(tenant);
      const company = tenant === UNASSIGNED ? null : await getTenant(deps.db, scope);
      if (tenant !== UNASSIGNED && !company) throw noCompany(tenant);
      return c.json(await pageOfCalls(deps, scope, company ?? NOBODYS, query), 200);
    },
  );

  const eventSchema = z.object({
    at: z.string(),
    tenant: z.string(),
    what: z.string(),
    callId: z.string(),
    user: z.string(),
    domain: z.string(),
    source: z.string(),
  });
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/security-events',
      tags: ['Operator'],
      summary: 'Failed authentications, newest first',
      needs: 'operations:read',
      request: {
        query: z.strictObject({
          from: timestamp.optional(),
          to: timestamp.optional(),
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
      },
      responses: {
        200: { description: 'Events', content: json(z.object({ data: z.array(eventSchema) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const scope = operatorOf(c);
      const { from, to, limit } = c.req.valid('query');
      const rows = await securityEvents(
        deps.store,
        scope,
        from === undefined ? 0 : Date.parse(from) * 1_000,
        to === undefined ? MOST_US : Date.parse(to) * 1_000,
        limit,
      );
      return c.json({ data: rows.map((r) => ({ ...r, at: new Date(r.at / 1_000).toISOString() })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/ledger',
      tags: ['Operator'],
      summary: 'What became of every packet, fact and conversation',
      description:
        'received = stored + duplicate + dropped + deadLettered + inFlight at each stage; `unexplained` is the difference and must be zero.',
      needs: 'operations:read',
      responses: { 200: { description: 'Ledger', content: json(ledgerSchema) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => c.json(await ledger(deps, operatorOf(c)), 200),
  );
}
