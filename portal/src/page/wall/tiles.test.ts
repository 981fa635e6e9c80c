import type { LiveCall } from '@callscope/core/bus/live.ts';
import { DEFAULT_THRESHOLDS } from '@callscope/modules/boards/rules.ts';
import { expect, test } from 'vitest';
import type { Square } from '../live/board.ts';
import { type OnBoard, tilesOf } from './tiles.ts';

const NOW = 10_000_000;
const call = (told: Partial<LiveCall>): LiveCall => ({
  ...{ id: 'a', direction: 'in', from: '', dialled: '', number: '', employee: '', group: '', answeredBy: '', state: 'ringing' },
  ...{ startedAt: NOW - 5_000, ringingAt: 0, answeredAt: 0, endedAt: 0, targets: [] },
  ...told,
});
const square = (state: Square['state']): Square => ({ employee: state, name: state, state, since: null, call: null });
const board = (told: Partial<OnBoard>) =>
  tilesOf({
    ...{ calls: [], squares: [], figures: null, uncalled: null, thresholds: DEFAULT_THRESHOLDS, now: NOW },
    ...told,
  });

test('the tile of who waits is as bad as the worse of how many and how long', () => {
  expect(board({ calls: [call({})] }).waiting).toEqual({ value: 1, longest: 5, level: 'calm' });
  expect(board({ calls: [call({ startedAt: NOW - 21_000 })] }).waiting.level).toBe('warn');
  expect(board({ calls: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => call({ id })) }).waiting.level).toBe('alarm');
});

test('calls, and people by what they are at', () => {
  const { calls, free } = board({
    calls: [call({ state: 'talking' }), call({ id: 'b', direction: 'out' })],
    squares: [square('talking'), square('ringing'), square('away'), square('free')],
  });
  expect(calls).toEqual({ value: 2, talking: 1, level: 'calm' });
  expect(free).toEqual({ value: 1, busy: 2, away: 1, level: 'warn' });
  expect(board({ squares: [square('talking')] }).free.level).toBe('alarm');
});

test('what is not known is no zero and alarms nobody', () => {
  const { waiting, calls, free, missed, uncalled } = board({ calls: null, squares: [square('free')] });
  expect([waiting.value, calls.value, free.value, missed.value, uncalled.value]).toEqual([null, null, null, null, null]);
  expect([waiting.level, free.level, uncalled.level]).toEqual(['calm', 'calm', 'calm']);
  expect(board({}).free).toMatchObject({ value: 0, level: 'calm' });
});

test('callers whom nobody has reached alarm by number and by age', () => {
  const uncalled = {
    byAge: [1, 0, 1] as [number, number, number],
    overdue: 0,
    oldest: [{ caller: '', line: '', openedAt: NOW - 61 * 60_000 }],
  };
  expect(board({ uncalled, figures: { in: 10, inMissed: 4 } })).toMatchObject({
    uncalled: { value: 2, oldest: 61 * 60, level: 'alarm' },
    missed: { value: 4, incoming: 10, level: 'calm' },
  });
});

test('the service level is coloured once there are calls enough to say something', () => {
  const service = (offered: number, serviceLevel: number | null) => board({ figures: { offered, serviceLevel } }).service;
  expect(service(0, null)).toEqual({ value: null, level: 'calm' });
  expect(service(9, 0)).toEqual({ value: 0, level: 'calm' });
  expect([service(10, 0.8), service(10, 0.79), service(10, 0.5)].map((s) => s.level)).toEqual(['calm', 'warn', 'alarm']);
  // as it is shown
  expect(service(200, 0.796)).toEqual({ value: 80, level: 'calm' });
});
