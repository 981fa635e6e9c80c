import type { Leg } from '@callscope/core/domain/call.ts';
import { expect, test } from 'vitest';
import { legsOf } from './legs.ts';

const at = (seconds: number) => (1_795_000_000 + seconds) * 1_000_000;
const leg = (target: string, from: number, rang: boolean, result: Leg['result'], sipCode: number): Leg => ({
  ...{ target, employee: `e${target}`, startedAt: at(from), result, sipCode, rang },
});
const rangOf = (...legs: Leg[]) => legsOf({ legs, answeredAt: at(26), endedAt: at(254) }).map((l) => l.rang);

test('legs ring until the next is tried or one answers', () => {
  const tried = [leg('101', 2, true, 'no_answer', 487), leg('102', 17, false, 'busy', 486), leg('103', 20, true, 'answered', 200)];
  expect(rangOf(...tried)).toEqual([15, null, 6]);
});

test('legs that are rung together ring until one answers', () => {
  const together = [leg('101', 2, true, 'no_answer', 487), leg('102', 3, true, 'no_answer', 487), leg('103', 3, true, 'answered', 200)];
  expect(rangOf(...together)).toEqual([24, 23, 23]);
});
