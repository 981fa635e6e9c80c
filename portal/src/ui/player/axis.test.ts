import { expect, test } from 'vitest';
import { inCall, inRecording, stretchesOf } from './axis.ts';

const stretches = stretchesOf([
  { from: 10, seconds: 20 },
  { from: 30.2, seconds: 5 },
  { from: 60, seconds: 10 },
]);

test('what follows without a gap is one stretch; the recording counts what was recorded', () => {
  expect(stretches.map(({ from, begun, seconds }) => [from, begun, seconds])).toEqual([
    [10, 0, 25],
    [60, 25, 10],
  ]);
});

test('a place of the recording is a moment of the call, and back', () => {
  for (const at of [0, 12, 24.9, 25, 34]) expect(inRecording(stretches, inCall(stretches, at))).toBeCloseTo(at, 6);
  expect(inCall(stretches, 25)).toBe(60);
  expect(inCall(stretches, 99)).toBe(70);
});

test('where nothing was recorded the nearest place is meant', () => {
  expect(inRecording(stretches, 0)).toBe(0);
  expect(inRecording(stretches, 36)).toBe(25);
  expect(inRecording(stretches, 58)).toBe(25);
  expect(inRecording(stretches, 500)).toBe(35);
  expect(inRecording([], 5)).toBeNull();
});
