import { answeredCalls } from '@callscope/analytics/run/recorded.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant, listTenants } from '@callscope/modules/directory/store.ts';
import { countRecordings, type RecordingDay, sumOfDays } from '@callscope/modules/recordings/count.ts';
import { z } from '@hono/zod-openapi';
import { dayOf } from '../src/format/moment.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const DAY_MS = 86_400_000;
/** Every call is looked at, one by one. */
const MOST_DAYS = 62;
const MOST_DAYS_OF_ALL = 7;

const figures = {
  expected: z.number().int().describe('answered, with a rule that records by itself'),
  ready: z.number().int(),
  pending: z.number().int(),
  missing: z.number().int().describe('should have been recorded and was not'),
  reasons: z.record(z.string(), z.number().int()).describe('of those without audio'),
};
const countSchema = z.object({ ...figures, days: z.array(z.object({ day: z.string(), ...figures })) }).openapi('RecordingCount');
const period = z.strictObject({
  from: instant.optional().describe('calls that began in [from, to); by default the last 24 hours'),
  to: instant.optional(),
});

/** What should have been recorded and was not. */
export function countRoutes(api: Api, { db, store, clock }: Deps): void {
  /** @throws Problem */
  function periodOf({ from, to }: z.output<typeof period>, mostDays: number): { from: number; to: number } {
    const end = to === undefined ? clock.now() : Date.parse(to);
    const begin = from === undefined ? end - DAY_MS : Date.parse(from);
    const wrong = begin >= end ? 'must be after from' : end - begin > mostDays * DAY_MS ? `at most ${mostDays} days after from` : null;
    if (wrong !== null) throw new Problem(400, 'the request is wrong in these fields', [{ field: 'to', message: wrong }]);
    return { from: begin, to: end };
  }
  const count = (scope: TenantScope, zone: string, { from, to }: { from: number; to: number }): Promise<RecordingDay[]> =>
    countRecordings(db, scope, answeredCalls(store, scope, from, to), (at) => dayOf(zone, at), clock.now());

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/count',
      tags: ['Recordings'],
      summary: 'By day: calls that were to be recorded, and how many of them were not',
      needs: 'calls:read',
      request: { params: tenantParam, query: period },
      responses: {
        200: { description: 'By day, in the zone of the company', content: json(countSchema) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const days = await count(scope, company.timezone, periodOf(c.req.valid('query'), MOST_DAYS));
      return c.json({ ...sumOfDays(days), days }, 200);
    },
  );

  const allSchema = z.object({ ...figures, tenants: z.array(z.object({ tenant: z.string(), name: z.string(), ...figures })) });
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/recordings',
      tags: ['Operator'],
      summary: 'By company: calls that were to be recorded, and how many of them were not; the worst first',
      needs: 'operations:read',
      request: { query: period },
      responses: { 200: { description: 'Companies that had such calls', content: json(allSchema) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => {
      const operator = operatorOf(c);
      const asked = periodOf(c.req.valid('query'), MOST_DAYS_OF_ALL);
      const tenants = [];
      for (const { id, name, timezone } of await listTenants(db, operator)) {
        const scope = tenantScope(c.get('caller'), id, 'calls:read');
        const days = scope ? await count(scope, timezone, asked) : [];
        if (days.length > 0) tenants.push({ tenant: id, name, ...sumOfDays(days) });
      }
      tenants.sort((a, b) => b.missing - a.missing || b.expected - a.expected);
      return c.json({ ...sumOfDays(tenants.map((t) => ({ day: '', ...t }))), tenants }, 200);
    },
  );
}
