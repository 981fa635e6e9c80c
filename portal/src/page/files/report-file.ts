import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { createFormat } from '#format/format.ts';
import { type Locale, wordsOf } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import { namesOf } from '../names.ts';
import { type Period, wordedPeriod } from '../period.ts';
import { breakdownOf } from '../statistics/breakdown.ts';
import { type Cell, csvResponse } from './csv.ts';
import { figureCell, keyCells, keyHeads, measureHead, type Said } from './report.ts';

/**
 * A report as a file: the dashboard's cards and the blocks of statistics alike. Every row that the question has, in the order
 * of the block, and the totals. @throws FilterError, QueryTooLarge, StoreUnavailable
 */
export async function reportFile(
  scope: TenantScope,
  tenant: RuledTenant,
  report: Report,
  filter: CallFilter,
  period: Period,
  locale: Locale,
): Promise<Response> {
  const company = await askedOf(deps(), scope, tenant, filter);
  const plan = planReport(report, filter, company);
  const [answer, names] = await Promise.all([runReport(deps().store, scope, plan), loadNames(scope, tenant)]);
  const words = wordsOf(locale);
  const format = createFormat({ locale, words: words.format, zone: tenant.timezone, country: tenant.country });
  const said: Said = { format, words, names };
  const { by, measures } = report;
  const rows = (): Cell[][] => {
    if (by === null) return measures.map((id): Cell[] => [measureHead(id, said), figureCell(answer.totals, id, said)]);
    const view = breakdownOf(report, { answer, before: null }, 0, filter, company, namesOf(names, said), format, words.statistics.blocks);
    const labels = new Map(view.rows.map(({ key, label }) => [key, label]));
    const figures = new Map(answer.rows.map((row) => [row.key ?? '', row.figures]));
    const heads = keyHeads(by, said);
    return [
      [...heads, ...measures.map((id) => measureHead(id, said))],
      ...view.rows.map(({ key }): Cell[] => [
        ...keyCells(by, key, (one) => labels.get(one) ?? one, said),
        ...measures.map((id) => figureCell(figures.get(key) ?? {}, id, said)),
      ]),
      [words.kit.total, ...heads.slice(1).map(() => ''), ...measures.map((id) => figureCell(answer.totals, id, said))],
    ];
  };
  return csvResponse(fileName(report.title[locale], period, filter, tenant.timezone, said), `${report.id}-${scope.tenant}`, locale, [
    rows(),
  ]);
}

/** What the file holds and of which days. */
export function fileName(title: string, period: Period, { time }: CallFilter, zone: string, { format }: Pick<Said, 'format'>): string {
  return `${title}, ${format.period(wordedPeriod(period, zone, time), { capital: false, weekday: false })}`;
}
