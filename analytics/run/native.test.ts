import { expect, test } from 'vitest';
import { partOf, readNative, valuesOf } from './native.ts';

/**
 * As the store wrote it: SELECT ['in','out','in'][number + 1]::Enum8('in' = 1, 'it\'s' = -2, 'out' = 2) AS d, ['Кто','a',''][number + 1] AS t,
 * toLowCardinality(['x','y','x'][number + 1]) AS l, toFloat64(1795000000123456 + number) AS f, toUInt16(number * 200) AS c
 * FROM numbers(3) FORMAT Native
 */
const WRITTEN = Buffer.from(
  'BQMBZChFbnVtOCgnaXRcJ3MnID0gLTIsICdpbicgPSAxLCAnb3V0JyA9IDIpAQIBAXQGU3RyaW5nBtCa0YLQvgFhAAFsFkxvd0NhcmRpbmFsaXR5KFN0cmluZykBAAAAAAAAAAAGAAAAAAAAAwAAAAAAAAAAAXgBeQMAAAAAAAAAAQIBAWYHRmxvYXQ2NABJhAUsghlDBEmEBSyCGUMISYQFLIIZQwFjBlVJbnQxNgAAyACQAQ==',
  'base64',
);
const ROWS = [
  ['in', 'Кто', 'x', 1_795_000_000_123_456, 0],
  ['out', 'a', 'y', 1_795_000_000_123_457, 200],
  ['in', '', 'x', 1_795_000_000_123_458, 400],
];

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsOf(stream: AsyncIterable<Uint8Array>, columns: number, part = 2): Promise<(string | number)[][]> {
  const out: (string | number)[][] = [];
  for await (const block of readNative(stream, columns))
    for (let from = 0; from < block.rows; from += part) {
      const to = Math.min(from + part, block.rows);
      const values = block.columns.map((column) => valuesOf(partOf(column, from, to)));
      for (let i = 0; i < to - from; i++) out.push(values.map((of) => of[i] as string | number));
    }
  return out;
}

test('blocks are read however their bytes are cut on the way, a piece of a block at a time', async () => {
  const twice = Buffer.concat([WRITTEN, WRITTEN]);
  for (const size of [1, 2, 3, 7, 64, 500]) expect(await rowsOf(inParts(twice, size), 5)).toEqual([...ROWS, ...ROWS]);
  expect(await rowsOf(inParts(Buffer.alloc(0), 1), 5)).toEqual([]);
});

test('long texts, and texts much longer than those before them, are whole', async () => {
  const texts = [...Array.from({ length: 300 }, (_, i) => `${i}`), 'я'.repeat(40_000), '', 'z'.repeat(200), 'end'];
  const rows = await rowsOf(inParts(columnOf(texts), 1_000), 1, 128);
  expect(rows.flat()).toEqual(texts);
});

test('what is cut off, of another width or of an unknown type is no answer', async () => {
  for (const end of [1, 5, 60, 100, WRITTEN.length - 1])
    await expect(rowsOf(inParts(WRITTEN.subarray(0, end), 64), 5)).rejects.toThrow('in the middle');
  await expect(rowsOf(inParts(WRITTEN, 64), 4)).rejects.toThrow('5 columns instead of 4');
  const words = Buffer.from('Code: 241. DB::Exception: Memory limit exceeded');
  await expect(rowsOf(inParts(Buffer.concat([WRITTEN, words]), 64), 5)).rejects.toThrow('67 columns instead of 5');
  const date = Buffer.from([1, 1, 1, 100, 4, ...Buffer.from('Date'), 0, 0]);
  await expect(rowsOf(inParts(date, 64), 1)).rejects.toThrow('type Date');
});

function columnOf(texts: readonly string[]): Buffer {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]);
  const parts = texts.map((text) => Buffer.concat([Buffer.from(varint(Buffer.byteLength(text))), Buffer.from(text)]));
  return Buffer.concat([Buffer.from([1, ...varint(texts.length), 1, 116, 6]), Buffer.from('String'), ...parts]);
}
