import { type CallFilter, type FieldName, filterFromQuery, filterToQuery, MISSED } from '@callscope/analytics/query/filter.ts';
import { canSort, isSortWord, type Sort, sortOf, sortWord } from '@callscope/analytics/query/sort.ts';
import { type Period, periodFromQuery, periodToQuery } from '../period.ts';

/** What the journal's load depends on, to be read again. */
export const JOURNAL = 'callscope:journal';

export const PAGE_SIZES = [25, 50, 100, 500] as const;
export const DEFAULT_SIZE = 50;

/** The filter without its period, which the address names in its own way. */
export type Conditions = Omit<CallFilter, 'from' | 'to'>;

/** Where in the list: beside a call (portal/calls/cursor.ts). */
export interface Place {
  cursor: string;
  side: 'older' | 'newer';
  /** number of the first row, counted from 1; only said, never used to find rows */
  row: number;
}

/** What the address of the journal says. */
export interface JournalAddress {
  period: Period;
  conditions: Conditions;
  /** null = newest first. An order that the period is too long for is left out */
  sort: Sort | null;
  /** null = its first page */
  place: Place | null;
  /** rows per page; null = as the person likes it */
  limit: number | null;
}

/** @throws FilterError */
export function addressFromQuery(given: URLSearchParams, zone: string, now: number): JournalAddress {
  const params = filled(given);
  const { from: _from, to: _to, ...conditions } = filterFromQuery(params);
  const cursor = params.get('cursor');
  const row = Number(params.get('row'));
  const limit = Number(params.get('limit'));
  const period = periodFromQuery(params, zone, now);
  const sorted = params.get('sort');
  const sort = isSortWord(sorted) ? sortOf(sorted) : null;
  return {
    period,
    conditions,
    sort: canSort(sort, period) ? sort : null,
    place: cursor && {
      cursor,
      side: params.get('side') === 'newer' ? 'newer' : 'older',
      row: Number.isSafeInteger(row) && row > 0 ? row : 1,
    },
    limit: isPageSize(limit) ? limit : null,
  } as JournalAddress;
}

/** The address as a query with its `?`; '' for today without conditions. */
export function addressToQuery({ period, conditions, sort, place, limit }: JournalAddress): string {
  const parts = [
    periodToQuery(period),
    filterToQuery(conditions),
    sort === null ? '' : `sort=${sortWord(sort)}`,
    limit === null ? '' : `limit=${limit}`,
    place === null ? '' : `cursor=${encodeURIComponent(place.cursor)}${place.side === 'newer' ? '&side=newer' : ''}&row=${place.row}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** The calls that the address means. */
export function filterOf({ period, conditions }: Pick<JournalAddress, 'period' | 'conditions'>): CallFilter {
  return { ...conditions, from: period.from, to: period.to };
}

export function isPageSize(rows: number): rows is (typeof PAGE_SIZES)[number] {
  return (PAGE_SIZES as readonly number[]).includes(rows);
}

/** «Быстрый фильтр» (T-15): each is a condition of its own kind, one at a time. */
export const QUICK = {
  all: {},
  in: { direction: ['in'] },
  out: { direction: ['out'] },
  internal: { direction: ['internal'] },
  missed: MISSED,
  recorded: { recorded: true },
} as const satisfies Record<string, Conditions>;
export type Quick = keyof typeof QUICK;
export const QUICKS = Object.keys(QUICK) as Quick[];
const QUICK_FIELDS = ['direction', 'answered', 'recorded'] as const satisfies FieldName[];

/** The quick filter that these conditions amount to; null when they are none of them. */
export function quickOf(conditions: Conditions): Quick | null {
  const mine = filterToQuery(Object.fromEntries(QUICK_FIELDS.map((field) => [field, conditions[field]])));
  return QUICKS.find((quick) => filterToQuery(QUICK[quick]) === mine) ?? null;
}

export function withQuick(conditions: Conditions, quick: Quick): Conditions {
  return { ...without(conditions, QUICK_FIELDS), ...QUICK[quick] };
}

export function without(conditions: Conditions, fields: readonly FieldName[]): Conditions {
  return Object.fromEntries(Object.entries(conditions).filter(([field]) => !fields.includes(field as FieldName)));
}

/** A condition set anew; an empty list, '' and undefined take it away. */
export function withField<K extends keyof Conditions>(conditions: Conditions, field: K, value: Conditions[K] | undefined): Conditions {
  const isNone = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return isNone ? without(conditions, [field]) : { ...conditions, [field]: value };
}

/** A form without JavaScript sends empty fields, and each tick as a parameter of its own. */
function filled(params: URLSearchParams): { get(name: string): string | null } {
  return { get: (name) => params.getAll(name).filter(Boolean).join(',') || null };
}
