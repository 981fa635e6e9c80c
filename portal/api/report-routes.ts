import { definitionIn, MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { describeReports, rowSchema } from '@callscope/analytics/present/openapi.ts';
import { reportJson } from '@callscope/analytics/present/rest.ts';
import { figuresOf } from '@callscope/analytics/query/answer.ts';
import { filterToQuery, narrow } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { REPORTS, reportOf } from '@callscope/analytics/reports/index.ts';
import { countedCalls, type Explanation, explainFigure } from '@callscope/analytics/run/explain.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { employeeNames, getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { z } from '@hono/zod-openapi';
import { askedOf } from '../calls/company.ts';
import { callJson, callSchema } from './call-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { filterParameters, orProblem, readFilter } from './filter-query.ts';
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
        unit: z.string().nullable().describe('calls, offers, callers, seconds, or share (0 to 1)'),
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

/** Calls of an explanation. */
const SHOWN_CALLS = 50;
const callsOf = {
  total: z.number().int().describe('how many calls the list gives under the filter'),
  filter: z.string().describe('query of GET /tenants/{tenant}/calls'),
};
const explanationSchema = z
  .object({
    measure: z.string(),
    label: z.string(),
    unit: z.string(),
    definition: z.string(),
    value: figure.describe('the figure; null = no data'),
    counted: z.object({
      ...callsOf,
      filter: callsOf.filter.nullable().describe('null: the filters rule every such call out'),
      calls: z.array(callSchema).describe(`the newest ${SHOWN_CALLS}`),
    }),
    leftOut: z
      .array(z.object({ why: z.string(), ...callsOf }))
      .describe('parts that do not overlap; with the counted calls they are all calls of the question'),
  })
  .openapi('Explanation');
const reportParam = tenantParam.extend({ report: z.string().openapi({ param: { name: 'report', in: 'path' }, enum: KNOWN }) });

export function reportRoutes(api: Api, deps: Deps): void {
  const { db, store, clock } = deps;
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/reports/{report}',
      tags: ['Reports'],
      summary: 'Figures over calls, with the filters of the list of calls',
      description: `${describeReports(REPORTS)}\n\nA figure counts the calls that the list gives under the same filters.`,
      needs: 'calls:read',
      request: {
        params: reportParam,
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
      const scope = scopeOf(c);
      const report = known(id);
      const filter = readFilter(query);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      const asked = await askedOf(deps, scope, company, filter);
      const plan = orProblem(() => planReport(report, filter, asked));
      const [answer, nameOf] = await Promise.all([runReport(store, scope, plan), namesFor(db, scope, report, company)]);
      return c.json(reportJson(report, answer, company.rules, company.locale, nameOf), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/reports/{report}/explain',
      tags: ['Reports'],
      summary: 'What a figure of a report counts and what it leaves out',
      description:
        'The definition in words, the calls that the figure counts, and the other calls of the same question by why they are left out. ' +
        'Figure and totals come from one query. With the filters of the report; an hour of `hourly` is its from and to.',
      needs: 'calls:read',
      request: {
        params: reportParam,
        query: z.strictObject({
          ...filterParameters,
          measure: z.string().describe('a column of the report that holds figures'),
          language: z.enum(['ru', 'en']).optional().describe("of the words; the company's by default"),
        }),
      },
      responses: {
        200: { description: 'The explanation', content: { 'application/json': { schema: explanationSchema } } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant, report: id } = c.req.valid('param');
      const { measure: asked, language, ...query } = c.req.valid('query');
      const scope = scopeOf(c);
      const report = known(id);
      const measure = report.measures.find((one) => (report.as?.[one] ?? one) === asked);
      if (!measure)
        throw new Problem(400, 'the request is wrong in these fields', [
          { field: 'measure', message: `one of ${report.measures.map((one) => report.as?.[one] ?? one).join(', ')}` },
        ]);
      // a report that is about some calls alone asks about these
      const filter = narrow(readFilter(query), report.only ?? {});
      const found = await getTenant(db, scope);
      if (!found) throw noCompany(tenant);
      const company = await askedOf(deps, scope, found, filter ?? {});
      const inWords = language ?? found.locale;
      const explanation = filter ? await explainFigure(store, scope, measure, filter, company) : nothingOf(measure);
      const [calls, names] = await Promise.all([
        countedCalls(store, scope, explanation, company, SHOWN_CALLS),
        employeeNames(db, scope.tenant),
      ]);
      const segments = await segmentsOf(
        db,
        scope,
        calls.map((row) => row.id),
      );
      const { label, unit } = MEASURES[measure];
      const { value, counted, leftOut } = explanation;
      return c.json(
        {
          ...{ measure, label: label[inWords], unit, definition: definitionIn(measure, company.rules)[inWords], value },
          counted: {
            total: counted?.total ?? 0,
            filter: counted && filterToQuery(counted.filter),
            calls: calls.map((row) => callJson(row, names, segments.get(row.id) ?? [], clock.now())),
          },
          leftOut: leftOut.map(({ why, total, filter: of }) => ({ why: why[inWords], total, filter: filterToQuery(of) })),
        },
        200,
      );
    },
  );
}

/** A question that has none of the calls that the report is about. */
const nothingOf = (measure: MeasureId): Explanation => ({ value: figuresOf([measure], [])[measure], counted: null, leftOut: [] });

/** What the directory calls values of the report's dimension, those that it had once among them. */
async function namesFor(db: Deps['db'], scope: TenantScope, report: Report, { country }: Tenant): Promise<(key: string) => string> {
  if (report.by === 'employee') {
    const names = await employeeNames(db, scope.tenant);
    return (id) => names.get(id) ?? '';
  }
  if (report.by !== 'number' && report.by !== 'group') return () => '';
  const { numbers, groups } = (await getDirectory(db, scope, new Date()))?.body ?? EMPTY;
  const named =
    report.by === 'group'
      ? groups.map(({ id, name }) => [id, name] as const)
      : numbers.map(({ number, label, channel }) => [normalizePhone(number, country), label || channel || ''] as const);
  const names = new Map(named);
  return (key) => names.get(key) ?? '';
}

/** @throws Problem 404 naming the known ones */
function known(id: string): Report {
  const report = reportOf(id);
  if (!report) throw new Problem(404, `no report "${id}": there are ${KNOWN.join(', ')}`);
  return report;
}
