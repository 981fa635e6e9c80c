import { expect, test } from 'vitest';
import { Copies, copyKey } from './copies.ts';

test('the same packet within 100 ms is a copy, a retransmission half a second later is not', () => {
  const copies = new Copies();
  const key = copyKey(12345, 42);
  expect(copies.seen(key, 1_000_000)).toBe(false);
  expect(copies.seen(key, 1_000_037)).toBe(true);
  expect(copies.seen(key, 1_500_000)).toBe(false);
  expect(copies.seen(key, 1_500_000)).toBe(true);
});

test('the same bytes on another hop are not a copy', () => {
  const copies = new Copies();
  expect(copies.seen(copyKey(12345, 1), 1_000_000)).toBe(false);
  expect(copies.seen(copyKey(12345, 2), 1_000_000)).toBe(false);
});

test('keys that share a slot do not hide each other', () => {
  const copies = new Copies();
  const keys = Array.from({ length: 8 }, (_, i) => 7 + i * (1 << 18));
  for (const key of keys) expect(copies.seen(key, 5)).toBe(false);
  for (const key of keys) expect(copies.seen(key, 5)).toBe(true);
});
