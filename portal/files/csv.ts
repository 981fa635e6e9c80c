import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { csvCell } from '@callscope/modules/directory/files/csv.ts';
import type { Locale } from '../src/words/words.ts';
import { ByteText, stopsAt } from './byte-text.ts';
import { PartWriter } from './part-writer.ts';
import { areDigits, isInternational, lieDigits, liesInternational } from './phone.ts';
import type { CellKind, CellValue, Sheet } from './sheet.ts';

const DAY = 86_400_000;
/** Given away as soon as there is so much of it. */
const PART_BYTES = 262_144;
const [COMMA, POINT, SEMICOLON, COLON, SPACE, PLUS, MINUS, GUARD] = [44, 46, 59, 58, 32, 43, 45, 39] as const;
const ZERO = 48;
/** What csvCell quotes wherever it stands, and what it guards or quotes in the first place. */
const ANYWHERE = stopsAt('";,\t\r\n');
const FIRST = stopsAt("=+-@' ");
/** So many digits are a number that is not shown as it is. */
const MANY_DIGITS = 12;
/** Days are remembered as text; a year's journal has 366. */
const MOST_DAYS = 4_096;

/**
 * A table as Excel opens it by a double click, in its language: UTF-8 with BOM; «;» between columns where the comma is the decimal
 * sign. Moments are 27.11.2026 14:02:11 (English: 2026-11-27 14:02:11), spans h:mm:ss, shares per cent, which the head says: all of
 * them Excel computes with. Numbers of telephones and texts that it would compute are guarded as in modules/directory/files/csv.ts.
 */
export async function* csvParts(sheet: Sheet): AsyncGenerator<Uint8Array> {
  const writer = new CsvWriter(sheet);
  const { bytes } = writer;
  bytes.text('\ufeff');
  writer.head();
  yield bytes.take();
  for await (const part of sheet.rows) {
    writer.take(part);
    for (let row = 0; row < part.rows; row++) {
      writer.row(row);
      if (bytes.length >= PART_BYTES) yield bytes.take();
    }
    if (bytes.length > 0) yield bytes.take();
  }
  if (sheet.totals === null) return;
  writer.line(sheet.totals());
  yield bytes.take();
}

class CsvWriter extends PartWriter {
  readonly #heads: string[];
  readonly #separator: number;
  readonly #point: number;
  readonly #wallClock: (at: number) => number;
  readonly #locale: Locale;
  readonly #days = new Map<number, string>();

  constructor({ columns, locale, zone }: Sheet) {
    super(
      columns.map(({ kind }) => kind),
      new ByteText(PART_BYTES + 65_536),
    );
    this.#heads = columns.map(({ head, kind }) => (kind === 'share' && !head.includes('%') ? `${head}, %` : head));
    [this.#separator, this.#point] = locale === 'ru' ? [SEMICOLON, COMMA] : [COMMA, POINT];
    this.#locale = locale;
    this.#wallClock = wallClockOf(zone);
  }

  head(): void {
    this.#heads.forEach((head, i) => {
      this.before(i);
      this.#string(head);
    });
    this.end();
  }

  protected override begin(): void {}

  protected override before(column: number): void {
    if (column > 0) this.bytes.byte(this.#separator);
  }

  protected override cell(value: CellValue, kind: CellKind): void {
    if (value === null) return;
    if (typeof value === 'string') {
      if (kind === 'phone' && isInternational(value)) this.#international(value);
      else this.#string(value);
    } else if (Number.isFinite(value)) this.#number(value, kind);
  }

  protected override text(from: Buffer, start: number, end: number, kind: CellKind): void {
    if (start === end) return;
    const { bytes } = this;
    if (kind === 'phone' && liesInternational(from, start, end)) {
      bytes.byte(GUARD);
      bytes.byte(PLUS);
      bytes.plainBytes(from, start, end, ANYWHERE);
      return;
    }
    const first = from[start] as number;
    const isNumber = (first === ZERO || end - start >= MANY_DIGITS) && lieDigits(from, start, end);
    const isGuarded = isNumber || FIRST[first] === 1 || from[end - 1] === SPACE;
    if (isGuarded || !bytes.plainBytes(from, start, end, ANYWHERE)) this.#string(from.toString('utf8', start, end));
  }

  protected override end(): void {
    this.bytes.byte(13);
    this.bytes.byte(10);
  }

  #number(value: number, kind: CellKind): void {
    const { bytes } = this;
    switch (kind) {
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
        bytes.decimal(value * 100, 1, this.#point, true);
        break;
      case 'money':
        bytes.decimal(value, 2, this.#point, true);
        break;
      case 'number':
        bytes.decimal(value, 3, this.#point);
        break;
      default:
        this.#string(String(value));
    }
  }

  #moment(wall: number, hasDay: boolean, hasTime: boolean): void {
    const { bytes } = this;
    const day = Math.floor(wall / DAY);
    if (hasDay) bytes.ascii(this.#dayText(day));
    if (hasDay && hasTime) bytes.byte(SPACE);
    if (!hasTime) return;
    const seconds = Math.floor((wall - day * DAY) / 1_000);
    bytes.two((seconds / 3_600) | 0);
    this.#minutes(seconds % 3_600);
  }

  #span(seconds: number): void {
    if (seconds < 0) this.bytes.byte(MINUS);
    const size = Math.abs(seconds);
    this.bytes.integer(Math.floor(size / 3_600));
    this.#minutes(size % 3_600);
  }

  #minutes(seconds: number): void {
    const { bytes } = this;
    bytes.byte(COLON);
    bytes.two((seconds / 60) | 0);
    bytes.byte(COLON);
    bytes.two(seconds % 60);
  }

  #dayText(day: number): string {
    let text = this.#days.get(day);
    if (text === undefined) {
      if (this.#days.size >= MOST_DAYS) this.#days.clear();
      text = new Date(day * DAY).toISOString().slice(0, 10);
      if (this.#locale === 'ru') text = text.split('-').reverse().join('.');
      this.#days.set(day, text);
    }
    return text;
  }

  /** csvCell(phoneText(…)), of which nothing has to be found out. */
  #international(digits: string): void {
    this.bytes.byte(GUARD);
    this.bytes.byte(PLUS);
    this.bytes.ascii(digits);
  }

  #string(value: string): void {
    if (value === '') return;
    const first = value.charCodeAt(0);
    const isNumber = (first === ZERO || value.length >= MANY_DIGITS) && areDigits(value);
    const isGuarded = isNumber || FIRST[first] === 1 || value.charCodeAt(value.length - 1) === SPACE;
    if (isGuarded || !this.bytes.plain(value, ANYWHERE)) this.bytes.text(csvCell(value));
  }
}
