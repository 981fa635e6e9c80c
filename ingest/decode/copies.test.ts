import { expect, test } from 'vitest';
import { packetId } from '../steps/place.ts';
import { Copies, copyKey } from './copies.ts';

let nextId = 1;
const another = () => nextId++;

test('the same packet within 100 ms is a copy, a retransmission half a second later is not', () => {
  const copies = new Copies();
  const key = copyKey(12345, 42);
  expect(copies.seen(key, 1_000_000, another())).toBe(false);
  expect(copies.seen(key, 1_000_037, another())).toBe(true);
  expect(copies.seen(key, 1_500_000, another())).toBe(false);
  expect(copies.seen(key, 1_500_000, another())).toBe(true);
});

test('the same bytes on another hop are not a copy', () => {
  const copies = new Copies();
  expect(copies.seen(copyKey(12345, 1), 1_000_000, another())).toBe(false);
  expect(copies.seen(copyKey(12345, 2), 1_000_000, another())).toBe(false);
});

test('a packet that is decoded again is no copy of itself, and its copies stay copies', () => {
  const copies = new Copies();
  const key = copyKey(12345, 42);
  for (let time = 0; time < 3; time++) {
    expect(copies.seen(key, 1_000_000, packetId(77, 3))).toBe(false);
    expect(copies.seen(key, 1_000_037, packetId(77, 4))).toBe(true);
    expect(copies.seen(key, 1_000_037, packetId(78, 3))).toBe(true);
  }
});

test('keys that share a slot do not hide each other', () => {
  const copies = new Copies();
  const keys = Array.from({ length: 8 }, (_, i) => 7 + i * (1 << 18));
  for (const key of keys) expect(copies.seen(key, 5, another())).toBe(false);
  for (const key of keys) expect(copies.seen(key, 5, another())).toBe(true);
});
