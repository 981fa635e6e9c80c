import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { ByteText, stopsAt } from './byte-text.ts';
import { phoneText } from './phone.ts';
import type { CellValue, Sheet, SheetColumn } from './sheet.ts';

/** Given away as soon as there is so much of it. */
const PART_BYTES = 262_144;
const [QUOTE, COMMA] = [34, 44] as const;
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
    for (const { cells } of part) {
      bytes.ascii(count === 0 ? '\n' : ',\n');
      writer.row(cells);
      count++;
      if (bytes.length >= PART_BYTES) yield bytes.take();
    }
    if (bytes.length > 0) yield bytes.take();
  }
  bytes.ascii('\n],"totals":');
  if (sheet.totals === null) bytes.ascii('null');
  else writer.row(sheet.totals());
  bytes.text(`,"facts":${JSON.stringify(sheet.facts.map(({ label, value }) => ({ label, value })))},"count":${count}}\n`);
  yield bytes.take();
}

class JsonRows {
  readonly bytes = new ByteText(PART_BYTES + 65_536);
  readonly #columns: { kind: SheetColumn['kind']; key: Uint8Array }[];
  readonly #wallClock: (at: number) => number;

  constructor({ columns, zone }: Sheet) {
    this.#columns = columns.map(({ id, kind }) => ({ kind, key: Buffer.from(`${JSON.stringify(id)}:`) }));
    this.#wallClock = wallClockOf(zone);
  }

  row(cells: readonly CellValue[]): void {
    const { bytes } = this;
    bytes.ascii('{');
    this.#columns.forEach(({ kind, key }, i) => {
      if (i > 0) bytes.byte(COMMA);
      bytes.copy(key);
      const value = cells[i] ?? null;
      if (typeof value === 'string') this.#text(kind === 'phone' ? phoneText(value) : value);
      else if (value === null || !Number.isFinite(value)) bytes.ascii('null');
      else if (kind === 'instant') this.#text(new Date(value).toISOString());
      else if (kind === 'day') this.#text(this.#wallText(value).slice(0, 10));
      else if (kind === 'time') this.#text(this.#wallText(value).slice(11, 19));
      else if (kind === 'text' || kind === 'phone') this.#text(String(value));
      else bytes.ascii(String(value));
    });
    bytes.ascii('}');
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
