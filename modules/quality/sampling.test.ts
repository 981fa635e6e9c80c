import { expect, test } from 'vitest';
import { type Candidate, drawn, shared } from './sampling.ts';

const DAYS = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'];
/** `n` calls a day of an employee, incoming but for every tenth. */
const callsOf = (employee: string, n: number): Candidate[] =>
  DAYS.flatMap((day, d) =>
    Array.from({ length: n }, (_, i) => ({
      ...{ id: `${employee}-${d}-${i}`, startedAt: d * 1e6 + i, employee, group: 'sales', day, direction: i % 10 === 9 ? 'out' : 'in' },
    })),
  );
const ids = (calls: readonly Candidate[]) => calls.map(({ id }) => id);

test('as many of each employee, whoever had more calls; fewer only where there are no more', () => {
  const candidates = [...callsOf('anna', 100), ...callsOf('boris', 10), ...callsOf('vera', 0), ...callsOf('gleb', 10).slice(0, 2)];
  const found = Map.groupBy(drawn(candidates, 5, 'employee', 'seed'), ({ employee }) => employee);
  expect(Object.fromEntries([...found].map(([employee, list]) => [employee, list.length]))).toEqual({ anna: 5, boris: 5, gleb: 2 });
  expect(new Set(ids([...found.values()].flat())).size).toBe(12);
  expect(drawn(candidates, 7, 'all', 'seed')).toHaveLength(7);
});

test('spread over days and directions: ten of ten cells are one of each', () => {
  const found = drawn(callsOf('anna', 100), 10, 'employee', 'any');
  expect(new Set(found.map(({ day, direction }) => `${day} ${direction}`)).size).toBe(10);
  // five calls fall on cells that differ, and nobody has them all on a Monday
  expect(new Set(drawn(callsOf('anna', 100), 5, 'employee', 'x').map(({ day, direction }) => `${day} ${direction}`)).size).toBe(5);
});

test('repeatable by its seed in whatever order candidates come, and another seed draws others', () => {
  const candidates = callsOf('anna', 50);
  const first = ids(drawn(candidates, 8, 'employee', 'plan 7 2026-11-16'));
  expect(ids(drawn([...candidates].reverse(), 8, 'employee', 'plan 7 2026-11-16'))).toEqual(first);
  expect(ids(drawn(candidates, 8, 'employee', 'plan 7 2026-11-23'))).not.toEqual(first);
});

test('fair: over many seeds every call of a cell comes out about as often', () => {
  const one = callsOf('anna', 9).filter(({ day }) => day === DAYS[0]);
  const times = new Map<string, number>();
  for (let seed = 0; seed < 1_800; seed++)
    for (const { id } of drawn(one, 2, 'employee', String(seed))) times.set(id, (times.get(id) ?? 0) + 1);
  // nine calls, two of them drawn 1800 times: 400 each, a standard deviation of 18
  for (const n of times.values()) expect(Math.abs(n - 400)).toBeLessThan(90);
  expect(times.size).toBe(9);
});

test('reviewers take turns, a pair is two people, and nobody reviews themselves', () => {
  const calls = callsOf('anna', 2);
  const reviewers = [
    { login: 'q1', employee: null },
    { login: 'q2', employee: 'anna' },
    { login: 'q3', employee: null },
  ];
  const alone = shared(calls, reviewers, 1).map(({ logins }) => logins[0]);
  expect(alone.filter((login) => login === 'q1')).toHaveLength(5);
  expect(alone).not.toContain('q2');
  for (const { logins } of shared(calls, reviewers, 2)) expect([...logins].sort()).toEqual(['q1', 'q3']);
  expect(shared(calls, [{ login: 'q2', employee: 'anna' }], 1)[0]?.logins).toEqual([]);
  // the turn goes on where the last week's ended
  expect(shared(calls.slice(0, 1), reviewers, 1, 2)[0]?.logins).toEqual(['q3']);
});
