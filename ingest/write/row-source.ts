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

  /** how many bytes were read */
  get at(): number {
    return this.#at;
  }

  #take(bytes: number): number {
    const from = this.#at;
    if (from + bytes > this.#buffer.length) throw beyond;
    this.#at = from + bytes;
    return from;
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  /** Int64, DateTime64 ticks: up to 2^53 */
  i64(): number {
    const from = this.#take(8);
    return this.#buffer.readUInt32LE(from) + this.#buffer.readInt32LE(from + 4) * 4_294_967_296;
  }

  #length(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#buffer[this.#take(1)] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** a view of its bytes */
  raw(): Buffer {
    const length = this.#length();
    const from = this.#take(length);
    return this.#buffer.subarray(from, from + length);
  }

  str(): string {
    const length = this.#length();
    const from = this.#take(length);
    return this.#buffer.toString('utf8', from, from + length);
  }
}

/** The answer ends in the middle of a row, or the rest of it has not arrived yet. */
export class CutShort extends RangeError {}

/** Nearly every piece ends with it: made once, as its stack costs more than a row. */
const beyond = new CutShort('the row goes on beyond what is there');

/**
 * So much of an answer is read at a time: while it is, the next of it arrives. What is made of a larger piece lives so long
 * that collecting the garbage costs a fifth more.
 */
const PIECE_BYTES = 1 << 18;

/**
 * The rows of an answer while it arrives, some hundreds at a time; memory holds a piece, whatever the length of the answer.
 * @param read one row; it must keep no view of the source's bytes, which are written over by the next piece
 * @throws CutShort when the answer ends within a row
 */
export async function* readRows<T>(answer: AsyncIterable<Uint8Array>, read: (source: RowSource) => T): AsyncGenerator<T[]> {
  let piece = Buffer.allocUnsafe(2 * PIECE_BYTES);
  let size = 0;
  const takeWhole = (): T[] => {
    const { rows, end } = wholeRows(piece.subarray(0, size), read);
    piece.copyWithin(0, end, size);
    size -= end;
    return rows;
  };
  for await (const part of answer) {
    if (size + part.length > piece.length) {
      const bigger = Buffer.allocUnsafe(2 * (size + part.length));
      piece.copy(bigger, 0, 0, size);
      piece = bigger;
    }
    piece.set(part, size);
    size += part.length;
    if (size < PIECE_BYTES) continue;
    const rows = takeWhole();
    if (rows.length > 0) yield rows;
  }
  const rows = takeWhole();
  if (rows.length > 0) yield rows;
  if (size > 0) throw new CutShort('the answer ends within a row');
}

function wholeRows<T>(buffer: Buffer, read: (source: RowSource) => T): { rows: T[]; end: number } {
  const source = new RowSource(buffer);
  const rows: T[] = [];
  let end = 0;
  try {
    while (!source.isDone) {
      rows.push(read(source));
      end = source.at;
    }
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
  }
  return { rows, end };
}
