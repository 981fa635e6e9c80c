import { callsBefore, callsByCompany, rulesInForce, tableSizes, wouldGo } from '@callscope/analytics/run/retention.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { BOUNDS, companyDaysFault, daysFault, KEPT, MOST_DAYS } from '@callscope/modules/retention/rules.ts';
import { companyDays, recordedBytes, retentionRules, setCompanyDays, setDays } from '@callscope/modules/retention/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const DAY_MS = 86_400_000;
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const days = z.number().int().min(1).max(MOST_DAYS);
const ruleForm = z.strictObject({ what: z.enum(KEPT), days });
const ruleSchema = z
  .object({
    what: z.enum(KEPT),
    days: z.number().int(),
    usual: z.number().int().describe('days where nobody says otherwise'),
    inForce: z.boolean().describe('the store itself goes by it already; it takes some seconds'),
    rows: z.number().int(),
    bytes: z.number().int().describe('on disk, compressed'),
  })
  .openapi('Retention');
const companySchema = z.object({
  tenant: z.string(),
  callDays: z.number().int().nullable().describe('null: as all do'),
  calls: z.number().int(),
  recordings: z.number().int(),
  recordingBytes: z.number().int(),
});
const goes = z.object({ rows: z.number().int().describe('would go now'), of: z.number().int().describe('of so many') });
const wrong = (message: string) => new Problem(400, 'the request is wrong in these fields', [{ field: 'days', message }]);

/** How long the store keeps what, how large it is, and what would go by another rule. */
export function retentionRoutes(api: Api, { db, store, clock }: Deps): void {
  const about = { tags: ['Operator'] };
  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/retention', summary: 'How long what is kept, and what it takes' },
      needs: 'operations:read',
      responses: {
        200: {
          description: 'By table and by company',
          content: json(z.object({ tables: z.array(ruleSchema), companies: z.array(companySchema) })),
        },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const scope = operatorOf(c);
      const [rules, own, recorded, sizes, calls] = await Promise.all([
        retentionRules(db, scope),
        companyDays(db, scope),
        recordedBytes(db, scope),
        tableSizes(store, scope),
        callsByCompany(store, scope),
      ]);
      const inForce = await rulesInForce(store, scope, rules);
      const tables = KEPT.map((what) => ({
        ...{ what, days: rules[what], usual: BOUNDS[what].usual, inForce: inForce.has(what) },
        ...(sizes.get(what) ?? { rows: 0, bytes: 0 }),
      }));
      const companies = [...new Set([...calls.keys(), ...recorded.keys(), ...own.keys()])].sort().map((tenant) => ({
        ...{ tenant, callDays: own.get(tenant) ?? null, calls: calls.get(tenant) ?? 0 },
        ...{ recordings: recorded.get(tenant)?.count ?? 0, recordingBytes: recorded.get(tenant)?.bytes ?? 0 },
      }));
      return c.json({ tables, companies }, 200);
    },
  );
  api.openapi(
    createRoute({
      ...{ ...about, method: 'put', path: '/ops/retention', summary: 'Keep a table for other days' },
      description: 'What is past it goes for good, some minutes after. Ask `/ops/retention/trial` first.',
      needs: 'companies:write',
      request: { body: { content: json(ruleForm), required: true } },
      responses: { 204: { description: 'So it is' }, ...problems(400, 401, 403, 413, 415, 503) },
    }),
    async (c) => {
      const { what, days } = c.req.valid('json');
      const fault = await setDays(db, operatorOf(c), c.get('caller'), what, days);
      if (fault !== null) throw wrong(fault);
      return c.body(null, 204);
    },
  );
  api.openapi(
    createRoute({
      ...{ ...about, method: 'post', path: '/ops/retention/trial', summary: 'What would go by another rule; nothing is changed' },
      needs: 'operations:read',
      request: { body: { content: json(ruleForm), required: true } },
      responses: { 200: { description: 'Rows of the table', content: json(goes) }, ...problems(400, 401, 403, 413, 415, 503) },
    }),
    async (c) => {
      const { what, days } = c.req.valid('json');
      const fault = daysFault(what, days);
      if (fault !== null) throw wrong(fault);
      return c.json(await wouldGo(store, operatorOf(c), { what, days, now: clock.now() }), 200);
    },
  );
  api.openapi(
    createRoute({
      ...{ ...about, method: 'put', path: '/tenants/{tenant}/retention', summary: "Keep a company's calls shorter than all are kept" },
      description:
        'With `dryRun` nothing is changed, and the answer says what would go. Recordings have rules of their own: `recordings/keeping`.',
      needs: 'companies:write',
      request: {
        params: tenantParam,
        body: { content: json(z.strictObject({ callDays: days.nullable(), dryRun: z.boolean().default(false) })), required: true },
      },
      responses: { 200: { description: 'Calls of the company', content: json(goes) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = operatorOf(c);
      const { tenant } = c.req.valid('param');
      const own = tenantScope(c.get('caller'), tenant, 'calls:read');
      if (!own || !(await getTenant(db, own))) throw noCompany(tenant);
      const { callDays, dryRun } = c.req.valid('json');
      const rules = await retentionRules(db, scope);
      const fault = callDays === null ? null : companyDaysFault(callDays, rules);
      if (fault !== null) throw wrong(fault);
      const rows = callDays === null ? 0 : await callsBefore(store, scope, tenant, clock.now() - callDays * DAY_MS);
      const of = (await callsByCompany(store, scope)).get(tenant) ?? 0;
      if (!dryRun) await setCompanyDays(db, scope, c.get('caller'), tenant, callDays);
      return c.json({ rows, of }, 200);
    },
  );
}
