import { expect, test } from 'vitest';
import { againAfter, endedOf, MOST_TRIES, mayHave, shareOf } from './rules.ts';

const part = (groups: string[], employees: string[] = [], numbers: string[] = []) => ({ groups, employees, numbers });
const reach = (within: ReturnType<typeof part> | undefined, hears = false, costs = false) => ({ within, hears, costs });

test('a file is given while everything that it can tell of is within reach', () => {
  expect(mayHave(reach(undefined), reach(undefined))).toBe(true);
  expect(mayHave(reach(part(['sales'])), reach(undefined))).toBe(true);
  expect(mayHave(reach(part(['sales'])), reach(part(['sales', 'service'])))).toBe(true);
  expect(mayHave(reach(part([])), reach(part([])))).toBe(true);
});

test('rights that were narrowed refuse it: to a part, to another part, to who may not hear or know what calls cost', () => {
  expect(mayHave(reach(undefined), reach(part(['sales'])))).toBe(false);
  expect(mayHave(reach(part(['sales', 'service'])), reach(part(['sales'])))).toBe(false);
  expect(mayHave(reach(part([], ['e1'])), reach(part(['sales'])))).toBe(false);
  expect(mayHave(reach(part([], [], ['73910000122'])), reach(part([], [], ['73910000133'])))).toBe(false);
  expect(mayHave(reach(undefined, true), reach(undefined, false))).toBe(false);
  expect(mayHave(reach(undefined, false, true), reach(undefined, true, false))).toBe(false);
  expect(mayHave(reach(undefined, false, false), reach(undefined, false, true))).toBe(true);
});

test('it is tried a few times, later each time, and then it has failed', () => {
  const waits = Array.from({ length: MOST_TRIES }, (_, i) => againAfter(i + 1));
  expect(waits.at(-1)).toBe(null);
  const seconds = waits.slice(0, -1) as number[];
  expect(seconds.every((wait, i) => wait > (seconds[i - 1] ?? 0))).toBe(true);
});

test('the share of what is made is never more than all, and of nothing it is all', () => {
  expect(shareOf({ rows: 50, ofRows: 200 })).toBe(0.25);
  // calls that were written after they were counted
  expect(shareOf({ rows: 201, ofRows: 200 })).toBe(1);
  expect(shareOf({ rows: 0, ofRows: 0 })).toBe(1);
  expect(shareOf({ rows: 50, ofRows: null })).toBe(null);
});

test('a file is told of once, when it ends; one that was cancelled is not', () => {
  const at = (states: Record<string, string>) => Object.entries(states).map(([id, state]) => ({ id, state }));
  const before = at({ a: 'waiting', b: 'running', c: 'running', d: 'running', e: 'done' });
  const now = at({ a: 'done', b: 'done', c: 'failed', d: 'cancelled', e: 'done', f: 'done' });
  expect(endedOf(before, now).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(endedOf(now, now)).toEqual([]);
});
