import { expect, test } from 'vitest';
import { missedOf } from './missed.ts';

const call = { id: 'a', number: '73910000121', kind: '', startedAt: 1_800_000_000_250 } as const;
const period = { from: 1, to: 2 };

test('a line opens the missed calls of its caller', () => {
  expect(missedOf({ ...call, from: '79130004218' }, period)).toEqual({
    ...period,
    direction: ['in'],
    answered: false,
    caller: '+79130004218',
  });
  expect(missedOf({ ...call, from: '101' }, period).caller).toBe('101');
});

test('a hidden number has its second', () => {
  expect(missedOf({ ...call, from: '' }, period)).toEqual({
    ...{ direction: ['in'], answered: false, from: 1_800_000_000_000, to: 1_800_000_001_000 },
  });
});
