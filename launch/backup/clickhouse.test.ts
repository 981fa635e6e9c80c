import { expect, test } from 'vitest';
import { wholeLines } from './clickhouse.ts';

async function pieces(texts: readonly string[], bytes: number): Promise<string[]> {
  const out: string[] = [];
  for await (const piece of wholeLines(
    (async function* () {
      for (const text of texts) yield Buffer.from(text);
    })(),
    bytes,
  ))
    out.push(piece.toString());
  return out;
}

test('rows are cut at line ends alone, wherever the pieces that come are cut', async () => {
  expect(await pieces(['a1\na', '2\na3', '\n'], 4)).toEqual(['a1\n', 'a2\n', 'a3\n']);
  expect(await pieces(['a1\na2\na3\n'], 1)).toEqual(['a1\na2\na3\n']);
  // a row that is longer than a piece is kept whole
  expect(await pieces(['long', 'er than ', 'a piece\nb', '\n'], 2)).toEqual(['longer than a piece\n', 'b\n']);
  expect(await pieces([], 4)).toEqual([]);
});

test('nothing is lost or doubled at any size', async () => {
  const text = Array.from({ length: 500 }, (_, i) => `${i}\t${'x'.repeat(i % 37)}\n`).join('');
  const cut = Array.from({ length: Math.ceil(text.length / 13) }, (_, i) => text.slice(i * 13, i * 13 + 13));
  for (const bytes of [1, 40, 1_000, 1e6]) {
    const found = await pieces(cut, bytes);
    expect(found.join('')).toBe(text);
    expect(found.every((piece) => piece.endsWith('\n'))).toBe(true);
  }
});
