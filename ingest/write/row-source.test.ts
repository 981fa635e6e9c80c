import { expect, test } from 'vitest';
import { CutShort, type RowSource, readRows } from './row-source.ts';
import { RowSink } from './rowbinary.ts';

const ROWS = Array.from({ length: 3_000 }, (_, i) => ({
  text: `звонок ${i} ${'x'.repeat(i % 300)}`,
  at: 1_795_445_573_000_000 + i,
  code: i,
}));

function answer(): Buffer {
  const sink = new RowSink();
  for (const { text, at, code } of ROWS) {
    sink.str(text);
    sink.u64(at);
    sink.u32(code);
    sink.endRow();
  }
  return Buffer.from(sink.view());
}

async function* inParts(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(parts: AsyncIterable<Uint8Array>) {
  const rows: unknown[] = [];
  const row = (source: RowSource) => ({ text: source.str(), at: source.i64(), code: source.u32() });
  for await (const piece of readRows(parts, row)) rows.push(...piece);
  return rows;
}

test.each([[1], [7], [65_536], [300_000], [Number.MAX_SAFE_INTEGER]])(
  'rows that arrive in parts of %i bytes are read whole',
  async (size) => {
    expect(await read(inParts(answer(), size))).toEqual(ROWS);
  },
);

test('an answer that ends within a row is an error, its whole rows were given', async () => {
  const cut = answer().subarray(0, -1);
  await expect(read(inParts(cut, 65_536))).rejects.toBeInstanceOf(CutShort);
});

test('what goes wrong with a row is no end of the answer', async () => {
  const failing = async () => {
    for await (const _ of readRows(inParts(answer(), 1_000), () => {
      throw new RangeError('no such row');
    }));
  };
  await expect(failing()).rejects.toThrow('no such row');
});
