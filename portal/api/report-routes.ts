import { describeReports, rowSchema } from '@callscope/analytics/present/openapi.ts';
import { reportJson } from '@callscope/analytics/present/rest.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { REPORTS, reportOf } from '@callscope/analytics/reports/index.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { createRoute, z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, BEARER, type Deps, noCompany, scopeOf } from './context.ts';
import { companyOf, filterParameters, orProblem, readFilter } from './filter-query.ts';
import { Problem, problems } from './problem.ts';

const KNOWN = REPORTS.map((report) => report.id);
const figure = z.number().nullable();

const reportSchema = z
  .object({
    columns: z.array(
      z.object({
        id: z.string(),
        type: z.string().describe('instant, text, integer or number'),
        label: z.string(),
        unit: z.string().nullable().describe('calls or seconds'),
        definition: z.string().describe('what is counted, in the language of the company'),
      }),
    ),
    rows: z
      .array(z.record(z.string(), z.union([z.string(), figure])))
      .openapi({ type: 'array', items: { oneOf: REPORTS.map(rowSchema) }, description: 'by column id' }),
    totals: z.record(z.string(), figure).describe('of all rows; means are over all calls, not over rows'),
    definition: z.string(),
  })
  .openapi('Report');

export function reportRoutes(api: Api, { db, store }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/reports/{report}',
      tags: ['Reports'],
      summary: 'Figures over calls, with the filters of the list of calls',
      description: `${describeReports(REPORTS)}\n\nA figure counts the calls that the list gives under the same filters.`,
      security: BEARER,
      request: {
        params: tenantParam.extend({ report: z.string().openapi({ param: { name: 'report', in: 'path' }, enum: KNOWN }) }),
        query: z.strictObject({ ...filterParameters, format: z.enum(['json'], 'json is what this version gives').default('json') }),
      },
      responses: {
        200: { description: 'The report', content: { 'application/json': { schema: reportSchema } } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant, report: id } = c.req.valid('param');
      const { format: _format, ...query } = c.req.valid('query');
      const scope = scopeOf(c, tenant, 'calls:read');
      const report = reportOf(id);
      if (!report) throw new Problem(404, `no report "${id}": there are ${KNOWN.join(', ')}`);
      const filter = readFilter(query);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      const plan = orProblem(() => planReport(report, filter, companyOf(company)));
      return c.json(reportJson(report, await runReport(store, scope, plan), company.locale), 200);
    },
  );
}
