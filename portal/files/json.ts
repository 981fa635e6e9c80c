import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { ByteText, stopsAt } from './byte-text.ts';
import { PartWriter } from './part-writer.ts';
import { liesInternational, phoneText } from './phone.ts';
import type { CellKind, CellValue, Sheet } from './sheet.ts';

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

class JsonRows extends PartWriter {
  readonly #keys: Uint8Array[];
  readonly #wallClock: (at: number) => number;

  constructor({ columns, zone }: Sheet) {
    super(
      columns.map(({ kind }) => kind),
      new ByteText(PART_BYTES + 65_536),
    );
    this.#keys = columns.map(({ id }) => Buffer.from(`${JSON.stringify(id)}:`));
    this.#wallClock = wallClockOf(zone);
  }

  protected override begin(): void {
    this.bytes.ascii('{');
  }

  protected override before(column: number): void {
    if (column > 0) this.bytes.byte(COMMA);
    this.bytes.copy(this.#keys[column] as Uint8Array);
  }

  protected override cell(value: CellValue, kind: CellKind): void {
    const { bytes } = this;
    if (typeof value === 'string') this.#string(kind === 'phone' ? phoneText(value) : value);
    else if (value === null || !Number.isFinite(value)) bytes.ascii('null');
    else if (kind === 'instant') this.#string(new Date(value).toISOString());
    else if (kind === 'day') this.#string(this.#wallText(value).slice(0, 10));
    else if (kind === 'time') this.#string(this.#wallText(value).slice(11, 19));
    else if (kind === 'text' || kind === 'phone') this.#string(String(value));
    else bytes.ascii(String(value));
  }

  protected override text(from: Buffer, start: number, end: number, kind: CellKind): void {
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
      this.#string(from.toString('utf8', start, end));
    }
  }

  protected override end(): void {
    this.bytes.ascii('}');
  }

  #wallText(at: number): string {
    return new Date(this.#wallClock(at)).toISOString();
  }

  #string(value: string): void {
    const begun = this.bytes.length;
    this.bytes.byte(QUOTE);
    if (this.bytes.plain(value, ESCAPED)) this.bytes.byte(QUOTE);
    else {
      this.bytes.length = begun;
      this.bytes.text(JSON.stringify(value));
    }
  }
}
