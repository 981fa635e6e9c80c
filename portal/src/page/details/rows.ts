import type { Breakdown, BreakdownRow } from '../statistics/breakdown.ts';
import { type DetailsAddress, ROWS_OF_PAGE } from './address.ts';

/** A row of a report as its own page has it. */
export interface DetailRow extends BreakdownRow {
  /** beside its name: the number as it is dialled, whose account it is; '' = nothing */
  note: string;
  /** of all calls of the report; null: it is not a count of calls, or there are none */
  share: number | null;
  /** when its last call began, ms since the epoch; null = none */
  last: number | null;
}
export interface DetailRows {
  /** that are found, in the order that is asked for */
  found: DetailRow[];
  /** of them, the page's */
  shown: DetailRow[];
  /** number of the first one shown, from 1 */
  from: number;
  /** how many pages there are, at least one; and which is shown */
  pages: number;
  page: number;
  /** rows of the report, found or not */
  all: number;
}

/** What a row has besides its figures. */
export interface Beside {
  note(key: string): string;
  /** µs since the epoch, by key */
  last: ReadonlyMap<string, number>;
  /** the first column counts calls, which the rows share */
  isShared: boolean;
  /** hours, days and bands of talk have an order of their own */
  isInOrder: boolean;
}

/** Rows of a report, found, put in order and cut into pages. */
export function detailRows(
  view: Breakdown,
  beside: Beside,
  { sort, find, page }: Pick<DetailsAddress, 'sort' | 'find' | 'page'>,
): DetailRows {
  const whole = beside.isShared ? (view.totals[0]?.value ?? 0) : 0;
  const rows = view.rows.map((row): DetailRow => {
    const last = beside.last.get(row.key);
    return {
      ...row,
      note: beside.note(row.key),
      share: whole === 0 ? null : (row.figures[0]?.value ?? 0) / whole,
      last: last === undefined ? null : Math.floor(last / 1_000),
    };
  });
  const found = ordered(rows.filter(matching(find)), sort, beside.isInOrder);
  const pages = Math.max(1, Math.ceil(found.length / ROWS_OF_PAGE));
  // rows may have become fewer since the address was written
  const at = Math.min(page, pages);
  const begin = (at - 1) * ROWS_OF_PAGE;
  return { found, shown: found.slice(begin, begin + ROWS_OF_PAGE), from: begin + 1, pages, page: at, all: rows.length };
}

/** Names by any part of them, numbers however they are written. */
function matching(find: string): (row: DetailRow) => boolean {
  if (find === '') return () => true;
  const text = find.toLocaleLowerCase();
  const digits = /^[\d\s()+-]+$/.test(find) ? find.replace(/\D/g, '') : '';
  return ({ key, label, note }) =>
    [label, note, key].some((said) => said.toLocaleLowerCase().includes(text)) || (digits !== '' && key.includes(digits));
}

/** What has no value comes last, whichever way. @param rows in the order that they have by themselves */
function ordered(rows: DetailRow[], { by, down }: DetailsAddress['sort'], isInOrder: boolean): DetailRow[] {
  const names = (a: DetailRow, b: DetailRow) =>
    isInOrder ? 0 : a.label.localeCompare(b.label, 'ru', { numeric: true }) || a.key.localeCompare(b.key);
  if (by === 'key') return isInOrder && down ? rows.toReversed() : rows.toSorted((a, b) => (down ? names(b, a) : names(a, b)));
  const figureOf = (row: DetailRow): number | null => {
    if (by === 'last') return row.last;
    if (by === 'share') return row.share;
    const figure = row.figures.find(({ id }) => id === by);
    return figure?.isKnown ? figure.value : null;
  };
  return rows.toSorted((a, b) => {
    const [x, y] = [figureOf(a), figureOf(b)];
    if (x === null || y === null) return x === y ? names(a, b) : x === null ? 1 : -1;
    return (down ? y - x : x - y) || names(a, b);
  });
}
