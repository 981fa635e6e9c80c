import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { reportOf } from '@callscope/analytics/reports/index.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { countCases } from '@callscope/modules/cases/store.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { createFormat, type Format } from '#format/format.ts';
import { type Locale, wordsOf } from '#words/words.ts';
import { type Cell, csvResponse } from '../files/csv.ts';
import { figureCell, measureHead } from '../files/report.ts';
import { fileName, reportFile } from '../files/report-file.ts';
import type { Period } from '../period.ts';
import { type CardId, isReportCard, REPORT_CARDS } from './cards.ts';
import { SHOWN } from './figures.ts';

/** What a card shows, with every row, as CSV; times are the company's. @returns null: the card is no table. @throws FilterError */
export async function cardFile(
  scope: TenantScope,
  company: RuledTenant,
  card: CardId,
  period: Period,
  locale: Locale,
): Promise<Response | null> {
  const { from, to } = period;
  const report: Report | undefined = card === 'hourly' ? hourly : isReportCard(card) ? reportOf(REPORT_CARDS[card].report) : undefined;
  if (report) return reportFile(scope, company, report, { from, to }, period, locale);
  const words = wordsOf(locale);
  const format = createFormat({ locale, words: words.format, zone: company.timezone, country: company.country });
  const figures =
    card === 'figures' ? await figuresOf(scope, company, period, format) : card === 'cases' ? await casesOf(scope, period, locale) : null;
  if (figures === null) return null;
  const rows = figures.map(([name, value]): Cell[] => [
    typeof name === 'string' ? name : measureHead(name.measure, { format, words, names: NO_NAMES }),
    value,
  ]);
  const name = fileName(words.dashboard.titles[card as 'figures' | 'cases'], period, {}, company.timezone, { format });
  return csvResponse(name, `${card}-${scope.tenant}`, locale, [rows]);
}

const NO_NAMES = { employees: [], numbers: [], groups: [], channels: [], projects: [], tags: [] };
type Line = readonly [name: string | { measure: MeasureId }, value: Cell];

async function figuresOf(scope: TenantScope, company: RuledTenant, { from, to }: Period, format: Format): Promise<Line[]> {
  const place = { zone: company.timezone, country: company.country, rules: company.rules, target: company.target };
  const { totals } = await runReport(deps().store, scope, planReport(summary, { from, to }, place));
  return SHOWN.map((measure) => [{ measure }, figureCell(totals, measure, { format })]);
}

async function casesOf(scope: TenantScope, { from, to }: Period, locale: Locale): Promise<Line[]> {
  const { db, clock } = deps();
  const totals = await countCases(db, scope, { from, to }, new Date(clock.now()));
  const { stats } = wordsOf(locale).missed;
  return (Object.keys(stats) as (keyof typeof stats)[]).map((id) => [stats[id], totals[id]]);
}
