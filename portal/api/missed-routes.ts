import { MISSED } from '@callscope/analytics/query/filter.ts';
import { countMissed } from '@callscope/analytics/run/outside-calls.ts';
import { type CaseTotals, countCases, HANDLINGS, listCases } from '@callscope/modules/cases/store.ts';
import { employeeNames, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { askedOf } from '../calls/company.ts';
import { inLanguage, LOST_REPORT, MISSED_REPORT } from '../cases/columns.ts';
import { casesUnder } from '../cases/under.ts';
import { callSchema } from './call-json.ts';
import { callQuery, pageOfCalls } from './call-routes.ts';
import { caseJson, caseSchema, decodePlace, encodePlace } from './case-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { readFilter } from './filter-query.ts';
import { problems } from './problem.ts';

const count = z.number().int();
const described = {
  columns: z.array(z.object({ id: z.string(), type: z.string(), unit: z.string().nullable(), label: z.string(), definition: z.string() })),
  definition: z.string(),
  next: z.string().nullable(),
};
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const NOTHING: CaseTotals = { cases: 0, calledBack: 0, gotThrough: 0, remaining: 0, overdue: 0, dismissed: 0, missedCalls: 0 };

/** The reports `missed` and `lost`: their rows are calls and cases, so they are paged like these. */
export function missedRoutes(api: Api, deps: Deps): void {
  const { db, store, clock } = deps;

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/reports/missed',
      tags: ['Reports'],
      summary: 'Missed calls, newest first, with the filters of the list of calls',
      description: MISSED_REPORT.definition.en,
      needs: 'calls:read',
      request: { params: tenantParam, query: callQuery },
      responses: {
        200: {
          description: 'The report',
          content: json(
            z.object({
              ...described,
              rows: z.array(callSchema),
              totals: z.object({
                calls: count,
                callers: count.describe('different numbers; hidden ones are not counted'),
                busy_hit: count,
                out_of_hours: count,
                short_abandon: count,
                not_taken: count,
              }),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const query = c.req.valid('query');
      const { limit: _limit, cursor: _cursor, format: _format, ...filter } = query;
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      // before anything is under way: what it throws must not leave a promise that nobody waits for
      const read = readFilter(filter);
      const place = await askedOf(deps, scope, company, read);
      const [page, n] = await Promise.all([pageOfCalls(deps, scope, company, query, MISSED), countMissed(store, scope, read, place)]);
      const kinds = { busy_hit: n.busyHit, out_of_hours: n.outOfHours, short_abandon: n.shortAbandon, not_taken: n.notTaken };
      return c.json(
        {
          ...inLanguage(MISSED_REPORT, company.locale),
          rows: page.data,
          totals: { calls: n.inMissed, callers: n.uniqueCallers, ...kinds },
          next: page.next,
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/reports/lost',
      tags: ['Reports'],
      summary: 'Missed calls that were not called back, oldest first, with the filters of the list of calls',
      description: `${LOST_REPORT.definition.en} A filter selects the cases whose first missed call it lets through.`,
      needs: 'calls:read',
      request: { params: tenantParam, query: callQuery },
      responses: {
        200: {
          description: 'The report',
          content: json(
            z.object({
              ...described,
              rows: z.array(caseSchema),
              totals: z.object({ cases: count, calledBack: count, gotThrough: count, remaining: count, overdue: count }),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { limit, cursor, format: _format, ...asked } = c.req.valid('query');
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      const bound = `lost ${tenant} ${JSON.stringify(asked)}`;
      const after = cursor === undefined ? undefined : decodePlace(cursor, bound);
      const filter = readFilter(asked);
      const cases = await casesUnder(store, scope, filter, await askedOf(deps, scope, company, filter));
      const now = new Date(clock.now());
      const open = { ...cases, status: HANDLINGS };
      const [{ cases: all, calledBack, gotThrough, remaining, overdue }, found, names] = await Promise.all([
        cases ? countCases(db, scope, cases, now) : NOTHING,
        cases ? listCases(db, scope, open, { limit: limit + 1, order: 'oldest', after }, now) : [],
        employeeNames(db, tenant),
      ]);
      const rows = found.slice(0, limit);
      return c.json(
        {
          ...inLanguage(LOST_REPORT, company.locale),
          rows: rows.map((row) => caseJson(row, names)),
          totals: { cases: all, calledBack, gotThrough, remaining, overdue },
          next: found.length > limit ? encodePlace(rows.at(-1), bound) : null,
        },
        200,
      );
    },
  );
}
