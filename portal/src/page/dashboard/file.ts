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
import { periodText, questionFacts } from '@callscope/portal/files/question-facts.ts';
import { keysOfPage, reportSheet } from '@callscope/portal/files/report-sheet.ts';
import { partOfRows, type Sheet } from '@callscope/portal/files/sheet.ts';
import { speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import { type CompanyNames, namesOf } from '../names.ts';
import type { Period } from '../period.ts';
import { blockSheet } from '../statistics/file.ts';
import { type CardId, isReportCard, REPORT_CARDS } from './cards.ts';
import { SHOWN } from './figures.ts';

/** What a card shows, with every row; times are the company's. @returns null: the card is no table. @throws FilterError, QueryTooLarge, StoreUnavailable */
export async function cardSheet(
  scope: TenantScope,
  company: RuledTenant,
  card: CardId,
  { from, to }: Period,
  locale: Locale,
): Promise<Sheet | null> {
  const report: Report | undefined = card === 'hourly' ? hourly : isReportCard(card) ? reportOf(REPORT_CARDS[card].report) : undefined;
  if (report) return blockSheet(scope, company, report, { from, to }, locale);
  if (card !== 'figures' && card !== 'cases') return null;
  const speech = speechOf(company, locale);
  const { words } = speech;
  const title = words.dashboard.titles[card];
  const plainName = `${card}-${scope.tenant}`;
  if (card === 'figures') {
    const strip: Report = { ...summary, measures: SHOWN };
    const place = { zone: company.timezone, country: company.country, rules: company.rules, target: company.target };
    const plan = planReport(strip, { from, to }, place);
    const answer = await runReport(deps().store, scope, plan);
    const keys = keysOfPage(strip, (key) => key, NO_NAMES, speech);
    return reportSheet({ plan, answer, filter: { from, to }, title, plainName }, keys, NO_NAMES, speech);
  }
  const totals = await countCases(deps().db, scope, { from, to }, new Date(deps().clock.now()));
  const { stats } = words.missed;
  const ids = Object.keys(stats) as (keyof typeof stats)[];
  return {
    ...{ locale, zone: company.timezone, plainName, title: `${title}, ${periodText({ from, to }, speech)}` },
    columns: ids.map((id) => ({ id, head: stats[id], kind: 'integer' })),
    ...{ rows: [partOfRows([{ cells: ids.map((id) => totals[id]) }])], count: 1, totals: null },
    facts: questionFacts({ from, to }, namesOf(NO_NAMES, speech), speech),
  };
}

const NO_NAMES: CompanyNames = { employees: [], numbers: [], groups: [], channels: [], projects: [], tags: [] };
