import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { keysOfPage, reportSheet } from '@callscope/portal/files/report-sheet.ts';
import type { Sheet } from '@callscope/portal/files/sheet.ts';
import { speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import { namesOf } from '../names.ts';
import { breakdownOf } from './breakdown.ts';

/**
 * A report as a file: the dashboard's cards and the blocks of statistics alike. Every row that the question has, in the order
 * of the block, and the totals. @throws FilterError, QueryTooLarge, StoreUnavailable
 */
export async function blockSheet(
  scope: TenantScope,
  tenant: RuledTenant,
  report: Report,
  filter: CallFilter,
  locale: Locale,
): Promise<Sheet> {
  const company = await askedOf(deps(), scope, tenant, filter);
  const plan = planReport(report, filter, company);
  const [answer, names] = await Promise.all([runReport(deps().store, scope, plan), loadNames(scope, tenant)]);
  const speech = speechOf(tenant, locale);
  const { format, words } = speech;
  const view = breakdownOf(report, { answer, before: null }, 0, filter, company, namesOf(names, speech), format, words.statistics.blocks);
  const labels = new Map(view.rows.map(({ key, label }) => [key, label]));
  return reportSheet(
    { plan, answer, filter, title: report.title[locale], plainName: `${report.id}-${scope.tenant}` },
    keysOfPage(report, (key) => labels.get(key) ?? key, names, speech),
    names,
    speech,
    report.by === 'weekHour' ? undefined : view.rows.map(({ key }) => key),
  );
}
