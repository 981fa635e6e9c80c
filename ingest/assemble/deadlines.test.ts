import { expect, test } from 'vitest';
import { Deadlines } from './deadlines.ts';

test('keys come out in order of their time, each once', () => {
  const deadlines = new Deadlines();
  const times = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1009);
  for (const [i, t] of times.entries()) deadlines.set(`k${i}`, t);
  const out = deadlines.take(2_000).map((k) => times[Number(k.slice(1))] as number);
  expect(out).toHaveLength(200);
  expect(out).toEqual([...out].sort((a, b) => a - b));
  expect(deadlines.take(2_000)).toEqual([]);
});

test('a deadline moved earlier comes up at the earlier time and only then', () => {
  const deadlines = new Deadlines();
  deadlines.set('a', 500);
  deadlines.set('a', 100);
  expect(deadlines.take(99)).toEqual([]);
  expect(deadlines.take(100)).toEqual(['a']);
  expect(deadlines.take(1_000)).toEqual([]);
});

test('a deleted key does not come up', () => {
  const deadlines = new Deadlines();
  deadlines.set('a', 100);
  deadlines.delete('a');
  expect(deadlines.take(1_000)).toEqual([]);
});
