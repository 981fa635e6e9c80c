import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { ByteText, stopsAt } from './byte-text.ts';
import { isInternational, liesInternational } from './phone.ts';
import type { Cells, CellValue, SheetColumn, SheetPart } from './sheet.ts';
import { onceOfWords } from './words-once.ts';
import { BOLD, HEAD_STYLE, LINK, PLAIN, styleOf, xmlText } from './xlsx-package.ts';

const DAY = 86_400_000;
const DAY_SECONDS = 86_400;
/** 30 December 1899 to 1 January 1970, in days: Excel counts from there. */
const EPOCH_DAYS = 25_569;
const [POINT, MINUS] = [46, 45] as const;
/** Of a part of a day: a second times this is a whole number that a double still has. */
const DAY_DIGITS = 11;
const DAY_SCALE = 10 ** DAY_DIGITS;
const SPACE = 32;
/** What xmlText changes, and white space that XML drops unless told otherwise. */
const SPECIAL = stopsAt(`&<>"_\x7f${Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('')}`);
const ascii = (text: string) => Buffer.from(text, 'latin1');

/** A column's cells before their value, as they are written most often. */
interface ColumnBytes {
  kind: SheetColumn['kind'];
  /** <c r="A */
  open: Uint8Array;
  /** by look: " s="3"><v> */
  number: Uint8Array[];
  /** by look: " s="3" t="inlineStr"><is><t */
  text: Uint8Array[];
  /** by look: of words what follows `open` and the row, whole; nothing where there is no data */
  written: ((words: readonly CellValue[]) => readonly Uint8Array[])[];
}

const ROW = ascii('<row r="');
const END_ROW = ascii('</row>');
const END_NUMBER = ascii('</v></c>');
const END_TEXT = ascii('</t></is></c>');
const PRESERVED = ascii(' xml:space="preserve"');

/** Rows of a sheet as SpreadsheetML (ECMA-376 part 1, 18.3.1): typed cells, every text in its place, no cell where there is no data. */
export class XlsxRows {
  readonly bytes: ByteText;
  readonly #columns: ColumnBytes[];
  readonly #wallClock: (at: number) => number;
  /** where the number of the row that is written stands, and how long it is */
  #rowAt = 0;
  #rowLength = 0;
  #part: readonly Cells[] = [];

  /** @param zone IANA, that moments are shown in @param capacity bytes that are made room for at once */
  constructor(columns: readonly Pick<SheetColumn, 'kind'>[], zone: string, capacity: number) {
    this.bytes = new ByteText(capacity);
    this.#wallClock = wallClockOf(zone);
    this.#columns = columns.map(({ kind }, i) => ({
      kind,
      open: ascii(`<c r="${columnName(i)}`),
      number: [PLAIN, BOLD, LINK].map((look) => ascii(`" s="${styleOf(kind, look)}"><v>`)),
      text: [PLAIN, BOLD, LINK].map((look) => ascii(`" s="${styleOf(kind, look)}" t="inlineStr"><is><t`)),
      written: [PLAIN, BOLD, LINK].map((look) => onceOfWords((words) => words.map((word) => this.#apart(i, word, look)))),
    }));
  }

  head(heads: readonly string[]): void {
    const cells = heads.map((head, i) => `<c r="${columnName(i)}1" s="${HEAD_STYLE}" t="inlineStr"><is><t>${xmlText(head)}</t></is></c>`);
    this.bytes.text(`<row r="1">${cells.join('')}</row>`);
  }

  /** The part whose rows are written next. */
  take({ columns }: SheetPart): void {
    this.#part = columns;
  }

  /** @param row its number in the sheet, from 1 @param at which of the part @param look of the first cell */
  row(row: number, at: number, look: number): void {
    this.#begin(row);
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) {
      const [column, cells] = [columns[i] as ColumnBytes, this.#part[i] as Cells];
      const looks = i === 0 ? look : PLAIN;
      if (cells.as === 'words') this.#word(column, column.written[looks]?.(cells.words)[cells.which[at] as number] as Uint8Array);
      else if (cells.as === 'texts') this.#lying(column, cells.bytes, cells.starts[at] as number, cells.ends[at] as number, looks);
      else this.#cell(column, cells.values[at] ?? null, looks);
    }
    this.bytes.copy(END_ROW);
  }

  /** A row of its own, in bold. */
  line(row: number, cells: readonly CellValue[]): void {
    this.#begin(row);
    this.#columns.forEach((column, i) => {
      this.#cell(column, cells[i] ?? null, BOLD);
    });
    this.bytes.copy(END_ROW);
  }

  #begin(row: number): void {
    const { bytes } = this;
    bytes.copy(ROW);
    this.#rowAt = bytes.length;
    bytes.integer(row);
    this.#rowLength = bytes.length - this.#rowAt;
    bytes.ascii('">');
  }

  #cell(column: ColumnBytes, value: CellValue, look: number): void {
    if (value === null || value === '') return;
    const { kind } = column;
    if (kind === 'phone' && typeof value === 'string' && isInternational(value)) this.#international(column, value, look);
    else if (typeof value === 'string' || kind === 'text' || kind === 'phone') this.#text(column, String(value), look);
    else if (Number.isFinite(value)) this.#number(column, value, look);
  }

  #word(column: ColumnBytes, written: Uint8Array): void {
    if (written.length === 0) return;
    const { bytes } = this;
    bytes.copy(column.open);
    bytes.again(this.#rowAt, this.#rowLength);
    bytes.copy(written);
  }

  /** What a cell is behind `open` and its row. */
  #apart(column: number, value: CellValue, look: number): Uint8Array {
    const [{ open }, begun, rowLength] = [this.#columns[column] as ColumnBytes, this.bytes.length, this.#rowLength];
    this.#cell(this.#columns[column] as ColumnBytes, value, look);
    const written = this.bytes.cut(begun);
    return written.subarray(Math.min(written.length, open.length + rowLength));
  }

  /** A text where it lies. */
  #lying(column: ColumnBytes, from: Buffer, start: number, end: number, look: number): void {
    if (start === end) return;
    const { bytes } = this;
    const begun = bytes.length;
    bytes.copy(column.open);
    bytes.again(this.#rowAt, this.#rowLength);
    bytes.copy(column.text[look] as Uint8Array);
    bytes.ascii(column.kind === 'phone' && liesInternational(from, start, end) ? '>+' : '>');
    const isPadded = from[start] === SPACE || from[end - 1] === SPACE;
    if (!isPadded && bytes.plainBytes(from, start, end, SPECIAL)) bytes.copy(END_TEXT);
    else {
      bytes.length = begun;
      this.#text(column, from.toString('utf8', start, end), look);
    }
  }

  /** Digits, of which nothing has to be found out. */
  #international(column: ColumnBytes, digits: string, look: number): void {
    const { bytes } = this;
    bytes.copy(column.open);
    bytes.again(this.#rowAt, this.#rowLength);
    bytes.copy(column.text[look] as Uint8Array);
    bytes.ascii('>+');
    bytes.ascii(digits);
    bytes.copy(END_TEXT);
  }

  #text(column: ColumnBytes, value: string, look: number): void {
    const { bytes } = this;
    const begun = bytes.length;
    bytes.copy(column.open);
    bytes.again(this.#rowAt, this.#rowLength);
    bytes.copy(column.text[look] as Uint8Array);
    const inside = bytes.length;
    bytes.byte(62);
    const isPadded = value.charCodeAt(0) === SPACE || value.charCodeAt(value.length - 1) === SPACE;
    if (isPadded || !bytes.plain(value, SPECIAL)) {
      const text = xmlText(value);
      if (text === '') {
        bytes.length = begun;
        return;
      }
      bytes.length = inside;
      if (/^\s|\s$|[\t\n]/.test(text)) bytes.copy(PRESERVED);
      bytes.byte(62);
      bytes.text(text);
    }
    bytes.copy(END_TEXT);
  }

  #number(column: ColumnBytes, value: number, look: number): void {
    const { bytes } = this;
    bytes.copy(column.open);
    bytes.again(this.#rowAt, this.#rowLength);
    bytes.copy(column.number[look] as Uint8Array);
    switch (column.kind) {
      case 'instant':
        this.#moment(this.#wallClock(value), true, true);
        break;
      case 'day':
        this.#moment(this.#wallClock(value), true, false);
        break;
      case 'time':
        this.#moment(this.#wallClock(value), false, true);
        break;
      case 'duration':
        this.#span(Math.round(value));
        break;
      case 'integer':
        bytes.integer(Math.round(value));
        break;
      case 'share':
        bytes.decimal(value, 6, POINT);
        break;
      default:
        bytes.decimal(value, 3, POINT);
    }
    bytes.copy(END_NUMBER);
  }

  /** Whole seconds of the wall clock: every format of a file shows the same. */
  #moment(wall: number, hasDay: boolean, hasTime: boolean): void {
    const day = Math.floor(wall / DAY);
    this.#days(hasDay ? day + EPOCH_DAYS : 0, hasTime ? Math.floor((wall - day * DAY) / 1_000) : 0);
  }

  #span(seconds: number): void {
    if (seconds < 0) this.bytes.byte(MINUS);
    const size = Math.abs(seconds);
    const days = Math.floor(size / DAY_SECONDS);
    this.#days(days, size - days * DAY_SECONDS);
  }

  /** Rounded up, by less than a microsecond: programs that cut what is shown would else show the second before. */
  #days(days: number, seconds: number): void {
    this.bytes.integer(days);
    this.bytes.fraction(Math.ceil((seconds * DAY_SCALE) / DAY_SECONDS), DAY_DIGITS, POINT);
  }
}

/** 0 -> A, 25 -> Z, 26 -> AA */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (index % 26));
}
