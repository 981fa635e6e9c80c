import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { incomingByNumber } from '@callscope/analytics/reports/incoming.ts';
import { outgoingByAccount } from '@callscope/analytics/reports/outgoing.ts';
import { type Comparison, comparisonFrom } from '../comparison.ts';
import { addressFromQuery, type Conditions } from '../journal/address.ts';
import { type Period, periodToQuery } from '../period.ts';
import { SECTIONS } from '../statistics/address.ts';
import { CASE_ORDERS, MISSED_ORDERS } from './orders.ts';

/** What the load of the page depends on, to be read again. */
export const DETAILS = 'callscope:details';
export const ROWS_OF_PAGE = 50;

/** «Детализация» as the former cabinet had it (S-40), in its order. */
export const TABS = ['in', 'out', 'missed', 'lost'] as const;
export type Tab = (typeof TABS)[number];
/** Blocks of statistics that can be opened as a page of their own. */
const BLOCKS: readonly Report[] = Object.values(SECTIONS)
  .flat()
  .filter((report: Report) => report.by !== null && report.by !== 'weekHour');
const REPORT_OF_TAB: Partial<Record<string, Report>> = { in: incomingByNumber, out: outgoingByAccount };

export interface DetailsAddress {
  /** a tab, or the report of a block */
  show: string;
  period: Period;
  conditions: Conditions;
  compare: Comparison;
  /** a column; of reports `key`, a measure, `share` or `last` */
  sort: { by: string; down: boolean };
  /** found anywhere in the names and numbers of rows; '' = all */
  find: string;
  /** from 1 */
  page: number;
}

/** The report whose rows are shown; null: missed calls or cases. */
export function reportShown(show: string): Report | null {
  return REPORT_OF_TAB[show] ?? BLOCKS.find(({ id }) => id === show) ?? null;
}

/** Where the rows of a block of statistics stand as a page. @returns null: not as a page */
export function showOf(report: string): string | null {
  const tab = TABS.find((one) => REPORT_OF_TAB[one]?.id === report);
  return tab ?? (BLOCKS.some(({ id }) => id === report) ? report : null);
}

/** Columns that rows can be put in the order of. */
export function columnsOf(show: string): readonly string[] {
  if (show === 'missed') return MISSED_ORDERS;
  if (show === 'lost') return CASE_ORDERS;
  return ['key', ...(reportShown(show)?.measures ?? []), 'share', 'last'];
}

/** The largest first, of calls the last; hours and days as time goes. */
export function usualSort(show: string): DetailsAddress['sort'] {
  const report = reportShown(show);
  if (report === null) return { by: 'at', down: true };
  const isInOrder = report.by === 'hour' || report.by === 'day' || report.by === 'talk';
  return isInOrder ? { by: 'key', down: false } : { by: report.measures[0] ?? 'key', down: true };
}

/** @throws FilterError */
export function detailsFromQuery(params: URLSearchParams, zone: string, now: number): DetailsAddress {
  const { period, conditions } = addressFromQuery(params, zone, now);
  const asked = params.get('show') ?? 'in';
  const show = (TABS as readonly string[]).includes(asked) ? asked : (showOf(asked) ?? 'in');
  const [, less, by = ''] = /^(-?)(\w+)$/.exec(params.get('sort') ?? '') ?? [];
  const page = Number(params.get('page'));
  return {
    ...{ show, period, conditions },
    compare: params.has('compare') ? comparisonFrom(params.get('compare')) : 'off',
    // a column of another page says nothing here
    sort: columnsOf(show).includes(by) ? { by, down: less === '-' } : usualSort(show),
    find: (params.get('find') ?? '').trim().slice(0, 80),
    page: Number.isSafeInteger(page) && page > 0 && page <= 100_000 ? page : 1,
  };
}

/** As the query of an address, without `?`; '' for today's incoming calls. */
export function detailsToQuery({ show, period, conditions, compare, sort, find, page }: DetailsAddress): string {
  const usual = usualSort(show);
  return [
    show === 'in' ? '' : `show=${show}`,
    periodToQuery(period),
    filterToQuery(conditions),
    compare === 'off' ? '' : `compare=${compare}`,
    sort.by === usual.by && sort.down === usual.down ? '' : `sort=${sort.down ? '-' : ''}${sort.by}`,
    find === '' ? '' : `find=${encodeURIComponent(find)}`,
    page === 1 ? '' : `page=${page}`,
  ]
    .filter(Boolean)
    .join('&');
}
