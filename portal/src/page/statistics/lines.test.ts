import type { LineCall } from '@callscope/analytics/run/day.ts';
import { expect, test } from 'vitest';
import { dayLines } from './lines.ts';

const HOUR = 3_600_000;
const hours = Array.from({ length: 24 }, (_, i) => i * HOUR);
const call = (employee: string, start: number, wait: number, talk: number): LineCall => ({
  ...{ employee, direction: 'in', startedAt: start, answeredAt: talk > 0 ? start + wait : 0, endedAt: start + wait + talk },
});

test('hours begin and end with the calls; who talked longest stands first', () => {
  const {
    hours: shown,
    lines,
    from,
    to,
  } = dayLines([call('a', 9.5 * HOUR, 60_000, 0), call('b', 10.5 * HOUR, 6_000, HOUR), call('b', 9 * HOUR, 6_000, 60_000)], hours);
  expect(shown).toEqual([9 * HOUR, 10 * HOUR, 11 * HOUR]);
  expect([from, to]).toEqual([9 * HOUR, 12 * HOUR]);
  expect(lines.map(({ employee, calls, talkSeconds }) => [employee, calls, talkSeconds])).toEqual([
    ['b', 2, 3_660],
    ['a', 1, 0],
  ]);
  expect(lines[0]?.stretches[0]).toMatchObject({ from: 0.5, answered: 0.5 + 6_000 / (3 * HOUR) });
  expect(lines[1]?.stretches[0]?.answered).toBe(lines[1]?.stretches[0]?.to);
});

test('a call over midnight is cut at the end of the day', () => {
  const { lines, hours: shown } = dayLines([call('a', 23.5 * HOUR, 6_000, HOUR)], hours);
  expect(shown).toEqual([23 * HOUR]);
  expect(lines[0]?.stretches[0]).toMatchObject({ from: 0.5, to: 1 });
});
