import { expect, test } from 'vitest';
import { rangeOf } from './range.ts';

test.each([
  [undefined, null],
  ['', null],
  ['bytes=0-99', { from: 0, to: 100 }],
  ['bytes=10-', { from: 10, to: 1_000 }],
  ['bytes=-10', { from: 990, to: 1_000 }],
  ['bytes=-5000', { from: 0, to: 1_000 }],
  ['bytes=990-5000', { from: 990, to: 1_000 }],
  ['bytes=999-999', { from: 999, to: 1_000 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  // what makes no sense, and several parts at once, get all of it (RFC 9110, 14.2)
  ['bytes=20-10', null],
  ['bytes=0-1,5-6', null],
  ['items=0-1', null],
  ['bytes=a-b', null],
  ['bytes=-', null],
])('%s of 1000 bytes', (header, expected) => {
  expect(rangeOf(header, 1_000)).toEqual(expected);
});

test('nothing has no range', () => {
  expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable');
});
