import { isAscii } from 'node:buffer';

/**
 * ClickHouse's format Native as its HTTP interface sends it: blocks of columns, each with name and type before its values
 * (https://clickhouse.com/docs/interfaces/formats/Native). Rows of JSON take three times as long to be written and to be read, and all
 * of an answer is held in memory.
 */
export interface NativeBlock {
  rows: number;
  /** in the order of the question */
  columns: readonly NativeColumn[];
}

/** A column as the store sent it, of which nothing is made yet; not to be used after the next block was asked for. */
export type NativeColumn =
  | { as: 'values'; values: Numbers }
  /** texts that are few: each once, and which of them a row has */
  | { as: 'words'; words: readonly string[]; which: Uint8Array | Uint16Array | Uint32Array }
  /** where the UTF-8 of each row's text begins and ends */
  | { as: 'texts'; bytes: Buffer; starts: Uint32Array; ends: Uint32Array };
type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** The rows from..to, where they are. */
export function partOf(column: NativeColumn, from: number, to: number): NativeColumn {
  if (column.as === 'values') return { as: 'values', values: column.values.subarray(from, to) };
  if (column.as === 'words') return { as: 'words', words: column.words, which: column.which.subarray(from, to) };
  return { as: 'texts', bytes: column.bytes, starts: column.starts.subarray(from, to), ends: column.ends.subarray(from, to) };
}

/** What each row has, made. */
export function valuesOf(column: NativeColumn): ArrayLike<string | number> {
  if (column.as === 'values') return column.values;
  if (column.as === 'texts') return textsOf(column);
  const { words } = column;
  return Array.from(column.which, (word) => words[word] ?? '');
}

/** The answer is not what was asked for: a store that fails in its middle writes words where a block should begin. */
export class NativeError extends Error {}

/** @param columns as many as were asked for @throws NativeError */
export async function* readNative(stream: AsyncIterable<Uint8Array>, columns: number): AsyncGenerator<NativeBlock> {
  const input = new Input(stream);
  while (await input.has(1)) {
    const width = await input.varint();
    if (width !== columns) throw new NativeError(`the store answered with ${width} columns instead of ${columns}`);
    const rows = await input.varint();
    const block: NativeColumn[] = [];
    for (let i = 0; i < width; i++) {
      await input.text();
      block.push(await readColumn(input, await input.text(), rows));
    }
    if (rows > 0) yield { rows, columns: block };
    input.forget();
  }
}

async function readColumn(input: Input, type: string, rows: number): Promise<NativeColumn> {
  if (type === 'String') return input.texts(rows);
  if (type === 'LowCardinality(String)') return readDictionary(input, rows);
  if (type.startsWith('Enum8(')) {
    return { as: 'words', words: wordsOf(type), which: await input.bytes(rows) };
  }
  const Numbers = NUMBERS[type];
  if (Numbers === undefined) throw new NativeError(`a column of type ${type} is read as nothing: cast it`);
  const bytes = await input.bytes(rows * Numbers.BYTES_PER_ELEMENT);
  // copied to where an array of its kind may begin
  return { as: 'values', values: new Numbers(new Uint8Array(bytes).buffer) };
}

/** Texts that are few come once each, then which of them a row has (`SerializationLowCardinality`): a dictionary of the block alone. */
async function readDictionary(input: Input, rows: number): Promise<NativeColumn> {
  if (rows === 0) return NO_VALUES;
  const version = await input.uint64();
  const kind = await input.uint64();
  const Indexes = INDEXES[kind - OWN_KEYS];
  if (version !== 1 || Indexes === undefined) throw new NativeError(`a dictionary of version ${version}, kind ${kind} is not known`);
  const keys = await input.uint64();
  const words = textsOf(await input.texts(keys));
  await input.uint64();
  const bytes = await input.bytes(rows * Indexes.BYTES_PER_ELEMENT);
  return { as: 'words', words, which: new Indexes(new Uint8Array(bytes).buffer) };
}

const NO_VALUES: NativeColumn = { as: 'words', words: [], which: new Uint8Array() };
/** The dictionary is the block's own, and not to be kept: flags beside the kind of index. */
const OWN_KEYS = 0x600;
const INDEXES = [Uint8Array, Uint16Array, Uint32Array];

/** Little-endian as every machine that Node runs on. */
const NUMBERS: Record<string, typeof Float64Array | typeof Uint32Array | typeof Uint16Array | typeof Uint8Array | undefined> = {
  Float64: Float64Array,
  UInt32: Uint32Array,
  UInt16: Uint16Array,
  UInt8: Uint8Array,
};

/** Names by code; of `Enum8('in' = 1, 'it\'s' = -2)` a code below zero is its byte. */
function wordsOf(type: string): string[] {
  const words = new Array<string>(256).fill('');
  for (const [, word = '', code] of type.matchAll(/'((?:[^'\\]|\\.)*)' = (-?\d+)/g))
    words[Number(code) & 255] = word.replace(/\\(.)/g, '$1');
  return words;
}

/** Bytes as they come, of which no more is held than a block; its place is taken by the next one's. */
class Input {
  readonly #stream: AsyncIterator<Uint8Array>;
  #bytes = Buffer.allocUnsafeSlow(SMALLEST);
  #at = 0;
  #end = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  /** What was read is not looked at any more. */
  forget(): void {
    this.#bytes.copyWithin(0, this.#at, this.#end);
    this.#end -= this.#at;
    this.#at = 0;
  }

  /** Whether there are so many more. */
  async has(count: number): Promise<boolean> {
    while (this.#end - this.#at < count) {
      const { done, value } = await this.#stream.next();
      if (done) return false;
      const end = this.#end + value.length;
      if (end > this.#bytes.length) {
        // columns that were read keep the one they are in
        const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#bytes.length * 2));
        larger.set(this.#bytes.subarray(0, this.#end));
        this.#bytes = larger;
      }
      this.#bytes.set(value, this.#end);
      this.#end = end;
    }
    return true;
  }

  async bytes(count: number): Promise<Buffer> {
    if (!(await this.has(count))) throw new NativeError(CUT);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  async varint(): Promise<number> {
    for (let value = 0, factor = 1; factor < 2 ** 49; factor *= 128) {
      const [byte = 0] = await this.bytes(1);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new NativeError('the answer of the store has a length that is none');
  }

  async uint64(): Promise<number> {
    return Number((await this.bytes(8)).readBigUInt64LE());
  }

  async text(): Promise<string> {
    return (await this.bytes(await this.varint())).toString('utf8');
  }

  /** Texts, each behind its length: where they are is found out, they are made as they are used. */
  async texts(rows: number): Promise<Texts> {
    const [starts, ends] = [new Uint32Array(rows), new Uint32Array(rows)];
    let at = 0;
    for (let i = 0; i < rows; ) {
      const [bytes, from, end] = [this.#bytes, this.#at, this.#end];
      for (; i < rows && from + at < end; i++) {
        const short = bytes[from + at] as number;
        const [length, size] = short < 128 ? [short, 1] : lengthAt(bytes, from + at, end);
        if (size === 0 || from + at + size + length > end) break;
        starts[i] = at + size;
        at += size + length;
        ends[i] = at;
      }
      if (i < rows && !(await this.has(end - from + 1))) throw new NativeError(CUT);
    }
    const bytes = await this.bytes(at);
    return { as: 'texts', bytes, starts, ends };
  }
}

const SMALLEST = 262_144;
const CUT = 'the answer of the store ends in the middle of a block';

/** Bytes of a length, at most. */
const LONGEST_LENGTH = 5;

/** A varint and how many bytes it takes; 0 = there are not all of them. */
function lengthAt(bytes: Uint8Array, at: number, end: number): [value: number, size: number] {
  let [value, shift] = [0, 0];
  for (let size = 1; size <= LONGEST_LENGTH && at < end; size++, at++) {
    const byte = bytes[at] as number;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, size];
    shift += 7;
  }
  return [0, 0];
}

type Texts = Extract<NativeColumn, { as: 'texts' }>;

/** Text of ASCII is made at once and cut, which takes a third of the time. */
function textsOf({ bytes, starts, ends }: Texts): string[] {
  const rows = starts.length;
  const texts = new Array<string>(rows);
  if (rows === 0) return texts;
  const start = starts[0] as number;
  const all = bytes.subarray(start, ends[rows - 1]);
  if (!isAscii(all)) {
    for (let i = 0; i < rows; i++) texts[i] = bytes.toString('utf8', starts[i], ends[i]);
    return texts;
  }
  const text = all.toString('latin1');
  for (let i = 0; i < rows; i++) texts[i] = text.substring((starts[i] as number) - start, (ends[i] as number) - start);
  return texts;
}
