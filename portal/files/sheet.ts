import type { Locale } from '../src/words/words.ts';

/**
 * What a column holds, and so how every format writes it:
 * `text`, `phone` (as the store has it: 73910000122, 101; text in every format, international ones with +), `instant` (ms since the
 * epoch; date and time in the sheet's zone), `day` and `time` (an instant too, of which one part is shown), `duration` (seconds),
 * `integer`, `number`, `money` (two digits, whole units of the currency that the head names), `share` (0 to 1).
 */
export const CELL_KINDS = ['text', 'phone', 'instant', 'day', 'time', 'duration', 'integer', 'number', 'money', 'share'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

/** null = no data: an empty cell, never 0. */
export type CellValue = string | number | null;

export interface SheetColumn {
  /** as REST and JSON call it */
  id: string;
  head: string;
  kind: CellKind;
  /** letters wide; a format chooses by kind where it is not said */
  width?: number;
}

/** What a column has in the rows of a part: whoever has millions of rows hands them on as they lie in the store, and makes no cell of them. */
export type Cells =
  /** NaN = no data too */
  | { as: 'values'; values: ArrayLike<CellValue> }
  /** what is few once each, and which of it a row has */
  | { as: 'words'; words: readonly CellValue[]; which: ArrayLike<number> }
  /** where the UTF-8 of each row's text begins and ends; an empty one = no data */
  | { as: 'texts'; bytes: Buffer; starts: Uint32Array; ends: Uint32Array };

/** Rows by columns. What lies in it is not touched any more once the next part is asked for. */
export interface SheetPart {
  rows: number;
  /** in the order of the sheet's */
  columns: readonly Cells[];
  /** of what a row is about, for `hrefOf`; undefined: of nothing that has a card */
  keyOf?: (row: number) => string | undefined;
}

export interface SheetRow {
  /** in the order of the columns */
  cells: CellValue[];
  /** of what the row is about, for `hrefOf` */
  key?: string;
}

/** Rows that were made one by one; one that is shorter than others has no data at its end. */
export function partOfRows(rows: readonly SheetRow[]): SheetPart {
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  const columns = Array.from({ length: width }, (_, at): Cells => ({ as: 'values', values: rows.map(({ cells }) => cells[at] ?? null) }));
  return { rows: rows.length, columns, keyOf: (row) => rows[row]?.key };
}

/** One cell, made. */
export function cellAt(cells: Cells, row: number): CellValue {
  if (cells.as === 'texts') return cells.bytes.toString('utf8', cells.starts[row], cells.ends[row]) || null;
  const value = (cells.as === 'words' ? cells.words[cells.which[row] as number] : cells.values[row]) ?? null;
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** Said beside the rows: in XLSX on a second sheet, in PDF under the title. */
export interface SheetFact {
  label: string;
  value: string | number;
}

/**
 * A table on its way into a file, whatever the format: one description, so that CSV, XLSX, PDF and JSON cannot disagree.
 * Rows come in parts and are read once; a format holds no more than a part of them.
 */
export interface Sheet {
  /** as people read it: heading and, made safe, the file's name without extension */
  title: string;
  /** the same in Latin letters */
  plainName: string;
  locale: Locale;
  /** IANA zone that instants are shown in */
  zone: string;
  columns: SheetColumn[];
  /** address of the call's card behind a row with such a key; formats that know links make one of the first cell */
  hrefOf?: (key: string) => string;
  rows: AsyncIterable<SheetPart> | Iterable<SheetPart>;
  /** rows there will be, where that is known before they are read: progress, and the limit of PDF */
  count: number | null;
  /** last row, asked for after all others were read; null = there is none */
  totals: (() => CellValue[]) | null;
  /** an SVG that formats which draw put above the table */
  chart?: () => string;
  /** period, filters, zone, definitions. The number of rows is added by the format, which counts them */
  facts: SheetFact[];
}
