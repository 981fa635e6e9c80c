import { type Compared, comparedPeriod, isWholeMonth, readComparison } from '@callscope/analytics/compare/period.ts';
import { FilterError } from '@callscope/analytics/query/filter.ts';
import { planReport, type ReportPlan } from '@callscope/analytics/query/plan.ts';
import { z } from '@hono/zod-openapi';

const WORDS = 'off, weeks, previous, year, or a day such as 2026-10-01';

export const compareParameter = z
  .string()
  .optional()
  .openapi({
    description:
      'what the figures are compared with: `weeks` = the same days of the week as few weeks back as keep the two apart, `previous` = what lies just before ' +
      '(of a calendar month the month before), `year` = the same days of the week 52 weeks before, a day = as long from this day on; `off` by default. Needs from and to.',
    example: 'previous',
  });

const change = z.object({
  before: z.number().nullable().describe('what it was; null = no data'),
  delta: z.number().nullable().describe("in the column's unit; null: one of the two is no data"),
  percent: z.number().nullable().describe('by how many per cent of what it was; null also where it was 0'),
  better: z.enum(['more', 'less']).nullable().describe('which way is better; null: neither'),
});

export const comparisonSchema = z
  .object({
    from: z.string(),
    to: z.string().describe('excluded; of a period that is running, the same moment as now'),
    rows: z
      .array(z.record(z.string(), change).nullable())
      .describe('one a row of `rows`, in its order, by column id; hours and days by the clock, others by their key; null: still to come'),
    totals: z.record(z.string(), change),
  })
  .openapi('Comparison');

/** The same question about the period that the figures are compared with. @returns null: nothing is compared. @throws FilterError */
export function pastOf(compare: string | undefined, plan: ReportPlan, now: number): { plan: ReportPlan; compared: Compared } | null {
  if (compare === undefined) return null;
  const how = readComparison(compare);
  if (how === null) throw new FilterError([{ field: 'compare', message: `one of ${WORDS}` }]);
  if (how === 'off') return null;
  const { report, company, filter } = plan;
  const { from, to } = filter;
  if (from === undefined || to === undefined)
    throw new FilterError([{ field: 'compare', message: 'what is compared needs a period: give from and to' }]);
  const compared = comparedPeriod(how, { from, to, isMonth: isWholeMonth(company.zone, from, to) }, company.zone, now) as Compared;
  return { plan: planReport(report, { ...filter, from: compared.from, to: compared.until }, company), compared };
}
