import { rulesBehind } from '@callscope/analytics/catalog/company-rules.ts';
import { definitionIn, MEASURES } from '@callscope/analytics/catalog/measures.ts';
import { describeReports, rowSchema } from '@callscope/analytics/present/openapi.ts';
import { comparisonJson, figureJson, reportJson } from '@callscope/analytics/present/rest.ts';
import { type CallFilter, filterToQuery, narrow } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { REPORTS, reportOf } from '@callscope/analytics/reports/index.ts';
import { countedCalls, explainFigure, explainNothing, type Operand } from '@callscope/analytics/run/explain.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { employeeNames, getDirectory, getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { askedOf } from '../calls/company.ts';
import { tableResponse } from '../files/formats.ts';
import { keysOfRest, reportSheet } from '../files/report-sheet.ts';
import type { Sheet } from '../files/sheet.ts';
import { speechOf } from '../files/speech.ts';
import { loadNames } from '../src/page/directory.ts';
import { callSchema, callsJson } from './call-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { fileContent, formatParameter } from './file-format.ts';
import { filterParameters, orProblem, readFilter } from './filter-query.ts';
import { Problem, problems } from './problem.ts';
import { compareParameter, comparisonSchema, pastOf } from './report-comparison.ts';

const KNOWN = REPORTS.map((report) => report.id);
const figure = z.number().nullable();

const reportSchema = z
  .object({
    columns: z.array(
      z.object({
        id: z.string(),
        type: z.string().describe('instant, text, integer or number'),
        label: z.string(),
        unit: z.string().nullable().describe('calls, lines, offers, callers, seconds, share (0 to 1), or moment (RFC 3339)'),
        definition: z.string().describe('what is counted, in the language of the company'),
      }),
    ),
    rows: z
      .array(z.record(z.string(), z.union([z.string(), figure])))
      .openapi({ type: 'array', items: { oneOf: REPORTS.map(rowSchema) }, description: 'by column id' }),
    totals: z.record(z.string(), z.union([z.string(), figure])).describe('of all rows; means are over all calls, not over rows'),
    definition: z.string(),
    comparison: comparisonSchema.optional().describe('under `compare`'),
  })
  .openapi('Report');

/** Calls of an explanation. */
const SHOWN_CALLS = 50;
const callsOf = {
  total: z.number().int().describe('how many calls the list gives under the filter'),
  filter: z.string().describe('query of GET /tenants/{tenant}/calls'),
};
const operandSchema = z
  .object({ measure: z.string(), label: z.string(), unit: z.string(), value: z.number() })
  .describe('a figure of the same question');
const explanationSchema = z
  .object({
    measure: z.string(),
    label: z.string(),
    unit: z.string(),
    definition: z.string(),
    value: z.union([z.string(), figure]).describe('the figure; null = no data'),
    division: z
      .object({ over: operandSchema, by: operandSchema, less: operandSchema.nullable() })
      .nullable()
      .describe('of a mean or share: value = over / (by - less); null: the figure is no division'),
    rules: z
      .array(z.object({ id: z.string(), value: z.union([z.number(), z.boolean()]), said: z.string() }))
      .describe("the company's rules that the figure depends on, with the values they have now"),
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
      description:
        `${describeReports(REPORTS)}\n\nA figure counts the calls that the list gives under the same filters. With \`compare\` the answer says what ` +
        'every figure was in another period as long; of a period that is running, up to the same moment. `csv` and `xlsx` have the same columns ' +
        'and rows, and totals as the last one; with them nothing is compared.',
      needs: 'calls:read',
      request: {
        params: reportParam,
        query: z.strictObject({
          ...filterParameters,
          compare: compareParameter,
          format: formatParameter,
        }),
      },
      responses: {
        200: { description: 'The report', content: { 'application/json': { schema: reportSchema }, ...fileContent } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant, report: id } = c.req.valid('param');
      const { format, compare, ...query } = c.req.valid('query');
      const scope = scopeOf(c);
      const report = known(id);
      const filter = readFilter(query);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      if (format !== 'json') return await tableResponse(await sheetOfReport(deps, scope, company, report, filter), format);
      // what is compared with lies outside from and to
      const { from: _from, to: _to, ...always } = filter;
      const asked = await askedOf(deps, scope, company, compare === undefined ? filter : always);
      const plan = orProblem(() => planReport(report, filter, asked));
      const past = orProblem(() => pastOf(compare, plan, clock.now()));
      const [answer, before, nameOf] = await Promise.all([
        runReport(store, scope, plan),
        past && runReport(store, scope, past.plan),
        namesFor(db, scope, report, company),
      ]);
      const json = reportJson(report, answer, company.rules, company.locale, nameOf);
      return c.json(past && before ? { ...json, comparison: comparisonJson(plan, answer, before, past.compared) } : json, 200);
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
      const explanation = filter ? await explainFigure(store, scope, measure, filter, company) : explainNothing(measure);
      const [calls, names] = await Promise.all([
        countedCalls(store, scope, explanation, company, SHOWN_CALLS),
        employeeNames(db, scope.tenant),
      ]);
      const { label, unit } = MEASURES[measure];
      const { value, division, counted, leftOut } = explanation;
      const operand = ({ measure: of, value: number }: Operand) => ({
        ...{ measure: of, label: MEASURES[of].label[inWords], unit: MEASURES[of].unit, value: number },
      });
      return c.json(
        {
          ...{
            measure,
            label: label[inWords],
            unit,
            definition: definitionIn(measure, company.rules)[inWords],
            value: figureJson(measure, value),
          },
          division: division && {
            over: operand(division.over),
            by: operand(division.by),
            less: division.less && operand(division.less),
          },
          rules: rulesBehind(measure, found).map(({ id: rule, value: is, said }) => ({ id: rule, value: is, said: said[inWords] })),
          counted: {
            total: counted?.total ?? 0,
            filter: counted && filterToQuery(counted.filter),
            calls: await callsJson(deps, scope, calls, names),
          },
          leftOut: leftOut.map(({ why, total, filter: of }) => ({ why: why[inWords], total, filter: filterToQuery(of) })),
        },
        200,
      );
    },
  );
}

/** A report with the columns, rows and totals of its JSON, as a table. @throws Problem 400, QueryTooLarge, StoreUnavailable */
export async function sheetOfReport(
  deps: Deps,
  scope: TenantScope,
  company: RuledTenant,
  report: Report,
  filter: CallFilter,
): Promise<Sheet> {
  const asked = await askedOf(deps, scope, company, filter);
  const plan = orProblem(() => planReport(report, filter, asked));
  const [answer, nameOf, names] = await Promise.all([
    runReport(deps.store, scope, plan),
    namesFor(deps.db, scope, report, company),
    loadNames(scope, company),
  ]);
  const speech = speechOf(company, company.locale);
  const answered = { plan, answer, filter, title: report.title[company.locale], plainName: `${report.id}-${scope.tenant}` };
  return reportSheet(answered, keysOfRest(report, nameOf, speech), names, speech);
}

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
