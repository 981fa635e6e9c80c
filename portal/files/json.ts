import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { ByteText, stopsAt } from './byte-text.ts';
import { liesInternational, phoneText } from './phone.ts';
import type { CellKind, Cells, CellValue, Sheet, SheetPart } from './sheet.ts';
import { onceOfWords } from './words-once.ts';

/** Given away as soon as there is so much of it. */
const PART_BYTES = 262_144;
const [QUOTE, COMMA, PLUS] = [34, 44, 43] as const;
/** What JSON escapes. */
const ESCAPED = stopsAt(`"\\${Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('')}`);

/**
 * A table for programs: {columns: [{id, head, kind}], rows: [{id: value}], totals: {id: value} or null, facts: [{label, value}], count},
 * a row a line. Moments are RFC 3339 in UTC as in REST; days and times of day the wall clock's in the sheet's zone (2026-11-27,
 * 14:02:11); spans seconds, shares 0 to 1, no data null. Numbers are as exact as they came.
 */
export async function* jsonParts(sheet: Sheet): AsyncGenerator<Uint8Array> {
  const writer = new JsonRows(sheet);
  const { bytes } = writer;
  bytes.text(`{"columns":${JSON.stringify(sheet.columns.map(({ id, head, kind }) => ({ id, head, kind })))},"rows":[`);
  yield bytes.take();
  let count = 0;
  for await (const part of sheet.rows) {
    writer.take(part);
    for (let row = 0; row < part.rows; row++) {
      bytes.ascii(count === 0 ? '\n' : ',\n');
      writer.row(row);
      count++;
      if (bytes.length >= PART_BYTES) yield bytes.take();
    }
    if (bytes.length > 0) yield bytes.take();
  }
  bytes.ascii('\n],"totals":');
  if (sheet.totals === null) bytes.ascii('null');
  else writer.line(sheet.totals());
  bytes.text(`,"facts":${JSON.stringify(sheet.facts.map(({ label, value }) => ({ label, value })))},"count":${count}}\n`);
  yield bytes.take();
}

interface JsonColumn {
  kind: CellKind;
  key: Uint8Array;
  written: (words: readonly CellValue[]) => readonly Uint8Array[];
}

class JsonRows {
  readonly bytes = new ByteText(PART_BYTES + 65_536);
  readonly #columns: JsonColumn[];
  readonly #wallClock: (at: number) => number;
  #part: readonly Cells[] = [];
  /** of columns of words what each is in the file */
  #written: (readonly Uint8Array[])[] = [];

  constructor({ columns, zone }: Sheet) {
    this.#columns = columns.map(({ id, kind }) => ({
      kind,
      key: Buffer.from(`${JSON.stringify(id)}:`),
      written: onceOfWords((words) => words.map((word) => this.#apart(word, kind))),
    }));
    this.#wallClock = wallClockOf(zone);
  }

  /** The part whose rows are written next. */
  take({ columns }: SheetPart): void {
    this.#part = columns;
    this.#written = columns.map((cells, i) => (cells.as === 'words' ? (this.#columns[i]?.written(cells.words) ?? []) : []));
  }

  row(row: number): void {
    this.#object((kind, i) => {
      const cells = this.#part[i] as Cells;
      if (cells.as === 'words') this.bytes.copy(this.#written[i]?.[cells.which[row] as number] as Uint8Array);
      else if (cells.as === 'texts') this.#lying(cells.bytes, cells.starts[row] as number, cells.ends[row] as number, kind);
      else this.#cell(cells.values[row] ?? null, kind);
    });
  }

  /** A row of its own. */
  line(cells: readonly CellValue[]): void {
    this.#object((kind, i) => this.#cell(cells[i] ?? null, kind));
  }

  #object(write: (kind: CellKind, column: number) => void): void {
    const { bytes } = this;
    bytes.ascii('{');
    this.#columns.forEach(({ kind, key }, i) => {
      if (i > 0) bytes.byte(COMMA);
      bytes.copy(key);
      write(kind, i);
    });
    bytes.ascii('}');
  }

  #apart(value: CellValue, kind: CellKind): Uint8Array {
    const begun = this.bytes.length;
    this.#cell(value, kind);
    return this.bytes.cut(begun);
  }

  #cell(value: CellValue, kind: CellKind): void {
    const { bytes } = this;
    if (typeof value === 'string') this.#text(kind === 'phone' ? phoneText(value) : value);
    else if (value === null || !Number.isFinite(value)) bytes.ascii('null');
    else if (kind === 'instant') this.#text(new Date(value).toISOString());
    else if (kind === 'day') this.#text(this.#wallText(value).slice(0, 10));
    else if (kind === 'time') this.#text(this.#wallText(value).slice(11, 19));
    else if (kind === 'text' || kind === 'phone') this.#text(String(value));
    else bytes.ascii(String(value));
  }

  /** A text where it lies. */
  #lying(from: Buffer, start: number, end: number, kind: CellKind): void {
    const { bytes } = this;
    if (start === end) {
      bytes.ascii('null');
      return;
    }
    const begun = bytes.length;
    bytes.byte(QUOTE);
    if (kind === 'phone' && liesInternational(from, start, end)) bytes.byte(PLUS);
    if (bytes.plainBytes(from, start, end, ESCAPED)) bytes.byte(QUOTE);
    else {
      bytes.length = begun;
      this.#text(from.toString('utf8', start, end));
    }
  }

  #wallText(at: number): string {
    return new Date(this.#wallClock(at)).toISOString();
  }

  #text(value: string): void {
    const begun = this.bytes.length;
    this.bytes.byte(QUOTE);
    if (this.bytes.plain(value, ESCAPED)) this.bytes.byte(QUOTE);
    else {
      this.bytes.length = begun;
      this.bytes.text(JSON.stringify(value));
    }
  }
}
