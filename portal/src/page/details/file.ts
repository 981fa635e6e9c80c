import { type CallFilter, MISSED, narrow } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { type After, listCalls } from '@callscope/analytics/run/calls.ts';
import { QueryTooLarge } from '@callscope/analytics/run/run.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type CasePlace, casesOfCalls, listCases } from '@callscope/modules/cases/store.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf, spanOf } from '@callscope/portal/calls/company.ts';
import { casesUnder } from '@callscope/portal/cases/under.ts';
import { deps } from '@callscope/portal/deps.ts';
import { createFormat } from '#format/format.ts';
import { type Locale, wordsOf } from '#words/words.ts';
import { type Cell, csvResponse, phoneCell } from '../files/csv.ts';
import { figureCell, keyCells, keyHeads, measureHead, momentCell, type Said, shareCell } from '../files/report.ts';
import { fileName } from '../files/report-file.ts';
import { filterOf } from '../journal/address.ts';
import { namesOf } from '../names.ts';
import { breakdownOf } from '../statistics/breakdown.ts';
import { type DetailsAddress, reportShown } from './address.ts';
import { besideOf } from './beside.ts';
import { missedRow, OPEN_CASES } from './lists.ts';
import { type DetailsData, found, loadDetails } from './load.ts';
import { detailRows } from './rows.ts';

const A_PART = 1_000;

/** All rows that the page's question has, on every page of it, as CSV. @throws QueryTooLarge, StoreUnavailable */
export async function detailsFile(scope: TenantScope, tenant: RuledTenant, address: DetailsAddress, locale: Locale): Promise<Response> {
  const data = await loadDetails(scope, tenant, { ...address, page: 1 });
  if (data.failure !== null) throw new QueryTooLarge('the store does not answer this question');
  const words = wordsOf(locale);
  const format = createFormat({ locale, words: words.format, zone: tenant.timezone, country: tenant.country });
  const said: Said = { format, words, names: data.names };
  const report = reportShown(address.show);
  const title = report ? nameOf(report, address, said) : words.details.tabs[address.show as 'missed' | 'lost'];
  const name = fileName(title, address.period, address.conditions, tenant.timezone, said);
  const asked = await askedOf(deps(), scope, tenant, { ...address.conditions, ...spanOf(address.period, null) });
  const parts = report ? [reportRows(report, data, asked, said)] : listRows(scope, asked, address, said);
  return csvResponse(name, `${address.show}-${scope.tenant}`, locale, parts);
}

const nameOf = (report: Report, { show }: DetailsAddress, { format, words }: Said) =>
  show === 'in' || show === 'out' ? words.details.tabs[show] : report.title[format.locale];

/** A report's rows as they are found and ordered, and its totals where they are the sum of what is shown. */
function reportRows(report: Report, data: DetailsData, company: Company, said: Said): Cell[][] {
  const { format, words } = said;
  if (report.by === null || data.found?.kind !== 'report') return [];
  const by = report.by;
  const names = namesOf(data.names, { words, format });
  const view = breakdownOf(report, data.found.block, 0, filterOf(data.address), company, names, format, words.statistics.blocks);
  const beside = besideOf(report, data.found.last, data.accounts, names, format);
  const { found: rows } = detailRows(view, beside, data.address);
  const figures = new Map(data.found.block.answer.rows.map((row) => [row.key ?? '', row.figures]));
  const labels = new Map(view.rows.map(({ key, label }) => [key, label]));
  const measures = report.measures;
  const isAccount = by === 'account';
  const keys = keyHeads(by, said);
  const head = [
    ...[...keys, ...(isAccount ? [words.details.columns.employee] : []), ...measures.map((id) => measureHead(id, said))],
    ...(beside.isShared ? [`${words.details.columns.share}, %`] : []),
    ...(beside.hasLast ? [words.details.columns.last] : []),
  ];
  const body = rows.map((row): Cell[] => [
    ...keyCells(by, row.key, (key) => labels.get(key) ?? key, said),
    ...(isAccount ? [row.note] : []),
    ...measures.map((id) => figureCell(figures.get(row.key) ?? {}, id, said)),
    ...(beside.isShared ? [shareCell(row.share)] : []),
    ...(beside.hasLast ? [momentCell(row.last, format)] : []),
  ]);
  if (data.address.find !== '') return [head, ...body];
  const totals = data.found.block.answer.totals;
  const blank = [...keys.slice(1), ...(isAccount ? [''] : [])].map(() => '');
  return [
    ...[head, ...body],
    [
      ...[words.kit.total, ...blank, ...measures.map((id) => figureCell(totals, id, said))],
      ...(beside.isShared ? [shareCell((totals[measures[0] ?? 'calls'] ?? 0) > 0 ? 1 : null)] : []),
      ...(beside.hasLast ? [null] : []),
    ],
  ];
}

async function* listRows(scope: TenantScope, company: Company, address: DetailsAddress, said: Said): AsyncGenerator<Cell[][]> {
  const filter = found(address);
  yield* address.show === 'missed' ? missedRows(scope, company, filter, said) : lostRows(scope, company, filter, said);
}

/** Newest first, part by part by the table's own order: what comes in meanwhile moves nothing. */
async function* missedRows(
  scope: TenantScope,
  company: Company,
  filter: CallFilter,
  { format, words, names }: Said,
): AsyncGenerator<Cell[][]> {
  const { db, store, clock } = deps();
  const w = words.details.columns;
  const own = namesOf(names, { words, format });
  yield [[w.day, w.time, w.from, w.dialled, words.files.name, `${w.wait}, ${words.files.seconds}`, w.reason, w.ended, w.endedAt, w.by]];
  const missed = narrow(filter, MISSED);
  let after: After | null = null;
  for (let isMore = missed !== null; isMore; ) {
    const calls = await listCalls(store, scope, missed as CallFilter, company, A_PART, after);
    const cases = await casesOfCalls(
      db,
      scope,
      calls.map(({ id }) => id),
      new Date(clock.now()),
    );
    yield calls.map((call): Cell[] => {
      const { at, from, number, dialled, wait, reason, ended } = missedRow(call, cases.get(call.id));
      return [
        ...[format.date(at, true), format.time(at), from === '' ? words.missed.hidden : phoneCell(from), phoneCell(number || dialled)],
        ...[number === '' ? '' : (names.numbers.find((one) => one.number === number)?.name ?? ''), Math.round(wait)],
        ...[reason === '' ? '' : words.calls.missedKind[reason], ended === null ? '' : words.missed.status[ended.status]],
        ...[momentCell(ended?.at ?? null, format), ended === null || ended.by === '' ? '' : own.employee(ended.by)],
      ];
    });
    const last = calls.at(-1);
    isMore = calls.length === A_PART && last !== undefined;
    after = last ? { startedAt: last.startedAt, id: last.id } : null;
  }
}

async function* lostRows(
  scope: TenantScope,
  company: Company,
  filter: CallFilter,
  { format, words, names }: Said,
): AsyncGenerator<Cell[][]> {
  const { db, store, clock } = deps();
  const w = words.details.columns;
  const own = namesOf(names, { words, format });
  yield [[w.day, w.time, w.from, w.dialled, words.files.name, w.times, w.lastMissed, w.attempts, w.status, w.owner, w.offered]];
  const now = new Date(clock.now());
  const under = await casesUnder(store, scope, filter, company);
  let after: CasePlace['after'];
  for (let isMore = under !== null; isMore; ) {
    const cases = await listCases(db, scope, { ...under, status: OPEN_CASES }, { limit: A_PART, order: 'newest', after }, now);
    yield cases.map((c): Cell[] => {
      const at = c.openedAt.getTime();
      return [
        ...[format.date(at, true), format.time(at), c.number === '' ? words.missed.hidden : phoneCell(c.number), phoneCell(c.ownNumber)],
        ...[names.numbers.find((one) => one.number === c.ownNumber)?.name ?? '', c.missedCalls.length],
        ...[momentCell(c.lastMissedAt.getTime(), format), c.attempts, words.missed.status[c.status]],
        ...[c.owner === '' ? '' : own.employee(c.owner), c.offered.map((id) => own.employee(id)).join(', ')],
      ];
    });
    const last = cases.at(-1);
    isMore = cases.length === A_PART && last !== undefined;
    after = last && { openedAt: last.openedAt.getTime(), id: last.id };
  }
}
