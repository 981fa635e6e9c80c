import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { QueryTooLarge } from '@callscope/analytics/run/run.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf, spanOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { periodText, questionFacts } from '@callscope/portal/files/question-facts.ts';
import { definitions, figureCells, keysOfPage, measureColumn, totalCells } from '@callscope/portal/files/report-sheet.ts';
import { partOfRows, type Sheet, type SheetColumn, type SheetRow } from '@callscope/portal/files/sheet.ts';
import { type Speech, speechOf } from '@callscope/portal/files/speech.ts';
import type { Locale } from '#words/words.ts';
import { filterOf } from '../journal/address.ts';
import { namesOf } from '../names.ts';
import { breakdownOf } from '../statistics/breakdown.ts';
import { type DetailsAddress, reportShown } from './address.ts';
import { besideOf } from './beside.ts';
import { type ListAsked, lostTable, missedTable, type Table } from './list-tables.ts';
import { type DetailsData, found, loadDetails } from './load.ts';
import { detailRows } from './rows.ts';

/**
 * All rows that the page's question has, on every page of it.
 * @param origin where the person reached the portal, for links to cards. @throws FilterError, QueryTooLarge, StoreUnavailable
 */
export async function detailsSheet(
  scope: TenantScope,
  tenant: RuledTenant,
  address: DetailsAddress,
  locale: Locale,
  origin: string,
): Promise<Sheet> {
  const data = await loadDetails(scope, tenant, { ...address, page: 1 });
  if (data.failure !== null) throw new QueryTooLarge('the store does not answer this question');
  const speech = speechOf(tenant, locale);
  const company = await askedOf(deps(), scope, tenant, { ...address.conditions, ...spanOf(address.period, null) });
  const report = reportShown(address.show);
  const filter = found(address);
  const asked: ListAsked = {
    ...{ scope, company, filter, names: data.names, speech },
    cards: `${origin}/c/${encodeURIComponent(scope.tenant)}/calls/`,
  };
  const table = report ? reportTable(report, data, company, speech) : address.show === 'missed' ? missedTable(asked) : lostTable(asked);
  return {
    ...{ locale, zone: tenant.timezone, plainName: `${address.show}-${scope.tenant}`, ...table },
    title: detailsTitle(address, speech),
    facts: [...questionFacts(filter, namesOf(data.names, speech), speech), ...(report ? definitions({ report, company }, speech) : [])],
  };
}

/** Of its file: what the page shows, and of which days. */
export function detailsTitle(address: DetailsAddress, speech: Speech): string {
  const report = reportShown(address.show);
  const title = report ? nameOf(report, address, speech) : speech.words.details.tabs[address.show as 'missed' | 'lost'];
  return `${title}, ${periodText(found(address), speech)}`;
}

const nameOf = (report: Report, { show }: DetailsAddress, { locale, words }: Speech) =>
  show === 'in' || show === 'out' ? words.details.tabs[show] : report.title[locale];

/** A report's rows as they are found and ordered, and its totals where they are the sum of what is shown. */
function reportTable(report: Report, data: DetailsData, company: Company, speech: Speech): Table {
  // a period that is too long for it the page explains; a file is refused
  planReport(report, filterOf(data.address), company);
  if (data.found?.kind !== 'report') throw new Error(`the details of ${report.id} are no report`);
  const { format, words } = speech;
  const names = namesOf(data.names, speech);
  const view = breakdownOf(report, data.found.block, 0, filterOf(data.address), company, names, format, words.statistics.blocks);
  const beside = besideOf(report, data.found.last, data.accounts, names, format);
  const { found: rows } = detailRows(view, beside, data.address);
  const { answer } = data.found.block;
  const figures = new Map(answer.rows.map((row) => [row.key ?? '', row.figures]));
  const labels = new Map(view.rows.map(({ key, label }) => [key, label]));
  const { measures } = report;
  const heads = words.details.columns;
  const keys = keysOfPage(report, (key) => labels.get(key) ?? key, data.names, speech);
  const owner: SheetColumn[] = report.by === 'account' ? [{ id: 'employee', head: heads.employee, kind: 'text' }] : [];
  const share: SheetColumn[] = beside.isShared ? [{ id: 'share', head: heads.share, kind: 'share' }] : [];
  const last: SheetColumn[] = beside.hasLast ? [{ id: 'last', head: heads.last, kind: 'instant' }] : [];
  const { totals } = answer;
  const whole = (totals[measures[0] ?? 'calls'] ?? 0) > 0 ? 1 : null;
  const line = (of: (typeof rows)[number]): SheetRow => ({
    cells: [
      ...[...keys.cells(of.key), ...owner.map(() => of.note || null), ...figureCells(measures, figures.get(of.key) ?? {})],
      ...[...share.map(() => of.share), ...last.map(() => of.last)],
    ],
  });
  return {
    columns: [...keys.columns, ...owner, ...measures.map((id) => measureColumn(id, speech)), ...share, ...last],
    ...{ rows: [partOfRows(rows.map(line))], count: rows.length },
    totals:
      data.address.find === ''
        ? () => [
            ...[...totalCells([...keys.columns, ...owner], speech), ...figureCells(measures, totals)],
            ...[...share.map(() => whole), ...last.map(() => null)],
          ]
        : null,
  };
}
