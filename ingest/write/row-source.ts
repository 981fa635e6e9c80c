/** Rows in ClickHouse's RowBinary format as they come back: what `RowSink` writes, read. */
export class RowSource {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get isDone(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u32(): number {
    const v = this.#buffer.readUInt32LE(this.#at);
    this.#at += 4;
    return v;
  }

  /** Int64, DateTime64 ticks: up to 2^53 */
  i64(): number {
    const v = this.#buffer.readUInt32LE(this.#at) + this.#buffer.readInt32LE(this.#at + 4) * 4_294_967_296;
    this.#at += 8;
    return v;
  }

  #length(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** a view of its bytes */
  raw(): Buffer {
    const length = this.#length();
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  str(): string {
    return this.raw().toString('utf8');
  }
}
