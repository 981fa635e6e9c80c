import { expect, test } from 'vitest';
import { windowsOf } from './windows.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 9, 31, 21);

test('a long period is read in parts that follow each other, the nearest first', () => {
  const year = { from: NOW - 365 * DAY, to: NOW };
  expect(windowsOf(year, NOW, true)).toEqual([
    { from: NOW - 8 * DAY },
    { from: NOW - 32 * DAY, to: NOW - 8 * DAY },
    { to: NOW - 32 * DAY },
  ]);
  expect(windowsOf(year, NOW - 300 * DAY, false)).toEqual([
    { to: NOW - 292 * DAY },
    { from: NOW - 292 * DAY, to: NOW - 268 * DAY },
    { from: NOW - 268 * DAY },
  ]);
  expect(windowsOf({}, NOW, true)).toHaveLength(3);
});

test('a short period is one part, and so is what is left of a long one', () => {
  expect(windowsOf({ from: NOW - 7 * DAY, to: NOW }, NOW, true)).toEqual([{}]);
  expect(windowsOf({ from: NOW - 100 * DAY, to: NOW }, NOW, true)).toHaveLength(3);
  expect(windowsOf({ from: NOW - 100 * DAY, to: NOW }, NOW - 95 * DAY, true)).toEqual([{}]);
  expect(windowsOf({ to: NOW }, NOW - DAY, false)).toEqual([{}]);
});

test('what looks at the whole period however little is listed is asked once', () => {
  expect(windowsOf({ from: NOW - 365 * DAY, to: NOW, firstCall: true }, NOW, true)).toEqual([{}]);
});
