/**
 * Rows in ClickHouse's RowBinary format (docs: formats/RowBinary): fixed-size numbers little endian, strings as varint
 * length + bytes, arrays and maps as varint count + elements; LowCardinality(T) is T on the wire. One growing buffer,
 * reused between blocks; no JSON, no BigInt.
 */
export class RowSink {
  #buffer: Buffer;
  #at = 0;
  /** where each row ends */
  #ends: number[] = [];

  constructor(bytes = 1 << 20) {
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  get rows(): number {
    return this.#ends.length;
  }
  get bytes(): number {
    return this.#at;
  }

  /** Rows `from` to `to` (not included), by default all; a view: good until the next write or `clear`. */
  view(from = 0, to = this.rows): Buffer {
    return this.#buffer.subarray(this.#endOf(from), this.#endOf(to));
  }

  #endOf(rows: number): number {
    return rows === 0 ? 0 : (this.#ends[rows - 1] as number);
  }

  clear(): void {
    this.#at = 0;
    this.#ends.length = 0;
  }

  /** What was written since the last `endRow` is forgotten: its writer failed in the middle. */
  dropUnfinished(): void {
    this.#at = this.#endOf(this.rows);
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(bigger, 0, 0, this.#at);
    this.#buffer = bigger;
  }

  /** Call after the last column of each row. */
  endRow(): void {
    this.#ends.push(this.#at);
  }

  u8(v: number): void {
    this.#need(1);
    this.#buffer[this.#at++] = v;
  }

  /** Enum8, Int8 */
  i8(v: number): void {
    this.u8(v & 0xff);
  }

  u16(v: number): void {
    this.#need(2);
    this.#at = this.#buffer.writeUInt16LE(v & 0xffff, this.#at);
  }

  u32(v: number): void {
    this.#need(4);
    this.#at = this.#buffer.writeUInt32LE(v >>> 0, this.#at);
  }

  i32(v: number): void {
    this.#need(4);
    this.#at = this.#buffer.writeInt32LE(v | 0, this.#at);
  }

  /** UInt64, and Int64 of what is not negative, up to 2^53: DateTime64 ticks among them */
  u64(v: number): void {
    this.#need(8);
    const high = Math.floor(v / 4_294_967_296);
    this.#at = this.#buffer.writeUInt32LE(v - high * 4_294_967_296, this.#at);
    this.#at = this.#buffer.writeUInt32LE(high, this.#at);
  }

  varint(v: number): void {
    this.#need(5);
    let left = v;
    while (left > 127) {
      this.#buffer[this.#at++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#buffer[this.#at++] = left;
  }

  str(v: string): void {
    const length = Buffer.byteLength(v);
    this.varint(length);
    this.#need(length);
    this.#at += this.#buffer.write(v, this.#at, 'utf8');
  }

  raw(v: Uint8Array): void {
    this.varint(v.length);
    this.#need(v.length);
    this.#buffer.set(v, this.#at);
    this.#at += v.length;
  }

  /** Columns that were encoded before, in their bytes. */
  encoded(columns: Uint8Array): void {
    this.#need(columns.length);
    this.#buffer.set(columns, this.#at);
    this.#at += columns.length;
  }

  array<T>(list: readonly T[], write: (element: T) => void): void {
    this.varint(list.length);
    for (const element of list) write(element);
  }

  /** Map(String, UInt64) */
  counts(map: Readonly<Record<string, number>>): void {
    const entries = Object.entries(map);
    this.varint(entries.length);
    for (const [key, value] of entries) {
      this.str(key);
      this.u64(value);
    }
  }
}
