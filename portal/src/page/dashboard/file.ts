import { DIMENSIONS } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Figures } from '@callscope/analytics/query/answer.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { reportOf } from '@callscope/analytics/reports/index.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { countCases } from '@callscope/modules/cases/store.ts';
import { writeCsv } from '@callscope/modules/directory/files/csv.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { createFormat } from '#format/format.ts';
import { type Locale, wordsOf } from '#words/words.ts';
import { loadNames } from '../directory.ts';
import type { Period } from '../period.ts';
import { type CardId, isReportCard, REPORT_CARDS } from './cards.ts';
import { SHOWN } from './figures.ts';

type Cells = (string | number)[];

/** What a card shows, with every row, as CSV; times are the company's. @returns null: the card is no table. @throws FilterError */
export async function cardFile(
  scope: TenantScope,
  company: RuledTenant,
  card: CardId,
  period: Period,
  locale: Locale,
): Promise<Response | null> {
  const rows = await rowsOfCard(scope, company, card, period, locale);
  if (rows === null) return null;
  const text = writeCsv(
    rows.map((row) => row.map(String)),
    locale === 'ru' ? ';' : ',',
  );
  return new Response(text, {
    headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${card}-${scope.tenant}.csv"` },
  });
}

async function rowsOfCard(
  scope: TenantScope,
  company: RuledTenant,
  card: CardId,
  { from, to }: Period,
  locale: Locale,
): Promise<Cells[] | null> {
  const { db, store, clock } = deps();
  const place = { zone: company.timezone, country: company.country, rules: company.rules, target: company.target };
  const ask = (report: Report) => runReport(store, scope, planReport(report, { from, to }, place));
  if (card === 'figures') {
    const { totals } = await ask(summary);
    return SHOWN.map((id) => [headOf(id, locale), cellOf(totals, id)]);
  }
  if (card === 'cases') {
    const totals = await countCases(db, scope, { from, to }, new Date(clock.now()));
    const { stats } = wordsOf(locale).missed;
    return (Object.keys(stats) as (keyof typeof stats)[]).map((id) => [stats[id], totals[id]]);
  }
  const report = card === 'hourly' ? hourly : isReportCard(card) ? reportOf(REPORT_CARDS[card].report) : undefined;
  if (!report || report.by === null) return null;
  const [{ rows, totals }, names] = await Promise.all([ask(report), loadNames(scope, company)]);
  const format = createFormat({ locale, words: wordsOf(locale).format, ...place });
  const named = new Map<string, string>([
    ...names.employees.map(({ id, name }) => [id, name] as const),
    ...names.groups.map(({ id, name }) => [id, name] as const),
  ]);
  const keyOf = (key: string | null): Cells =>
    card === 'hourly'
      ? [format.date(Date.parse(key ?? ''), true), format.time(Date.parse(key ?? ''))]
      : [named.get(key ?? '') ?? key ?? ''];
  const figures = (of: Figures) => report.measures.map((id) => cellOf(of, id));
  const kit = wordsOf(locale).kit;
  const head = card === 'hourly' ? [kit.period, DIMENSIONS.hour.label[locale]] : [DIMENSIONS[report.by].label[locale]];
  return [
    [...head, ...report.measures.map((id) => headOf(id, locale))],
    ...rows.map(({ key, figures: of }) => [...keyOf(key), ...figures(of)]),
    [kit.total, ...head.slice(1).map(() => ''), ...figures(totals)],
  ];
}

/** Spans are in seconds: a table adds them up. */
function headOf(id: MeasureId, locale: Locale): string {
  const { format, label } = MEASURES[id];
  return format === 'duration' ? `${label[locale]}, ${locale === 'ru' ? 'с' : 's'}` : label[locale];
}

function cellOf(figures: Figures, id: MeasureId): string | number {
  const value = figures[id] ?? null;
  return value === null ? '' : Math.round(value * 10) / 10;
}
