import { expect, test } from 'vitest';
import { nearest } from './calls.ts';

const MINUTE = 60 * 1e6;
const calls = [
  { id: 'a', startedAt: 100 * MINUTE, endedAt: 102 * MINUTE },
  { id: 'a~2', startedAt: 150 * MINUTE, endedAt: 151 * MINUTE },
];

test.each([
  ['while the first went on', 101, 'a'],
  ['while the second went on', 150.5, 'a~2'],
  ['a little before the second, by another clock', 149, 'a~2'],
  ['soon after both', 155, 'a~2'],
  ['long after both: of a call that is not written yet', 170, undefined],
  ['at no known time', 0, 'a'],
])('a Call-ID that was used again: recorded %s', (_, minutes, id) => {
  expect(nearest(calls, minutes * MINUTE)?.id).toBe(id);
});

test('no call is none', () => {
  expect(nearest([], 1)).toBeNull();
});
