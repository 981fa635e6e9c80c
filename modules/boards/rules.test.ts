import { expect, test } from 'vitest';
import { BOARD_FIGURES, completeThresholds, DEFAULT_THRESHOLDS, isInOrder, levelOf, shownPart, worse } from './rules.ts';

test('a figure alarms at its threshold: many waiting, few free', () => {
  const thresholds = { ...DEFAULT_THRESHOLDS, waiting: { warn: 2, alarm: 4 }, free: { warn: 2, alarm: 0 } };
  expect([0, 1, 2, 3, 4, 9].map((n) => levelOf('waiting', n, thresholds))).toEqual(['calm', 'calm', 'warn', 'warn', 'alarm', 'alarm']);
  expect([0, 1, 2, 3].map((n) => levelOf('free', n, thresholds))).toEqual(['alarm', 'warn', 'warn', 'calm']);
  expect(levelOf('free', null, thresholds)).toBe('calm');
  expect(levelOf('calls', 1_000, thresholds)).toBe('calm');
  expect([worse('calm', 'warn'), worse('alarm', 'warn'), worse('calm', 'calm')]).toEqual(['warn', 'alarm', 'calm']);
});

test('red comes no sooner than yellow', () => {
  for (const figure of BOARD_FIGURES) expect(isInOrder(figure, DEFAULT_THRESHOLDS[figure]), figure).toBe(true);
  expect(isInOrder('waiting', { warn: 5, alarm: 4 })).toBe(false);
  expect(isInOrder('free', { warn: 1, alarm: 2 })).toBe(false);
  expect(isInOrder('free', { warn: null, alarm: 2 })).toBe(true);
});

test('a board from before a figure was there has its threshold by default', () => {
  const { waiting: _, ...before } = DEFAULT_THRESHOLDS;
  expect(completeThresholds({ ...before, calls: { warn: 1, alarm: 2 } })).toEqual({ ...DEFAULT_THRESHOLDS, calls: { warn: 1, alarm: 2 } });
});

test('of a number only what the board may show leaves: no part of a short or hidden one', () => {
  expect(shownPart('79161234567', 'ending')).toBe('…67');
  expect(shownPart('79161234567', 'none')).toBe('');
  expect(shownPart('79161234567', 'whole')).toBe('79161234567');
  expect(['', '12', 'anonymous'].map((n) => shownPart(n, 'ending'))).toEqual(['', '', '']);
});
