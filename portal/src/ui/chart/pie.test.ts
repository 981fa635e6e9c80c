import { expect, test } from 'vitest';
import { slicesOf } from './pie.ts';

test('slices are the values, the largest first, and are the whole together', () => {
  const slices = slicesOf([1, 0, 6, 3]);
  expect(slices.map(({ index, value, share }) => [index, value, share])).toEqual([
    [2, 6, 0.6],
    [3, 3, 0.3],
    [0, 1, 0.1],
  ]);
  // from the top, more than half of the ring
  expect(slices[0]?.path).toMatch(/^M0 -50A50 50 0 1 1 /);
});

test('many small ones are one slice, nothing is none, and one is the whole ring', () => {
  const many = slicesOf(Array.from({ length: 20 }, (_, i) => 20 - i));
  expect(many).toHaveLength(8);
  expect(many.at(-1)).toMatchObject({ index: null, value: 91 });
  expect(slicesOf([0, 0])).toEqual([]);
  expect(slicesOf([5])[0]?.path).not.toMatch(/^M(\S+ \S+)A.*1 \1L/);
});
