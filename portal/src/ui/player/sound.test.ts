import { expect, test } from 'vitest';
import { AS_RECORDED, gainsOf, isAsRecorded } from './sound.ts';

const NONE = { toLeft: 0, toRight: 0 };

test('as recorded each side is in its own ear', () => {
  expect(gainsOf(AS_RECORDED)).toEqual({ left: { toLeft: 1, toRight: 0 }, right: { toLeft: 0, toRight: 1 } });
  expect(isAsRecorded(AS_RECORDED)).toBe(true);
});

test('balance takes the other side away, volume is of each side, together is both ears', () => {
  expect(gainsOf({ ...AS_RECORDED, balance: 1 }).left).toEqual(NONE);
  expect(gainsOf({ ...AS_RECORDED, balance: 1 }).right.toRight).toBe(1);
  expect(gainsOf({ ...AS_RECORDED, balance: -0.5 }).right.toRight).toBe(0.5);
  expect(gainsOf({ ...AS_RECORDED, left: 2, together: true })).toEqual({
    left: { toLeft: 2, toRight: 2 },
    right: { toLeft: 1, toRight: 1 },
  });
  expect(gainsOf({ ...AS_RECORDED, left: 9 }).left.toLeft).toBe(2);
});
