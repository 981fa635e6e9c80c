import { expect, test } from 'vitest';
import { isMasked, isResumed, recordingState, segmentOf } from './rules.ts';

test('an unmask begins again what the mask interrupted, never what had been stopped', () => {
  expect(isResumed(['mask'], true)).toBe(true);
  expect(isResumed(['mask'], false)).toBe(false);
  expect(isResumed(['start', 'mask'], false)).toBe(true);
  expect(isResumed(['start', 'mask'], true)).toBe(true);
  expect(isResumed(['stop', 'mask'], true)).toBe(false);
  expect(isResumed(['stop', 'mask', 'unmask', 'mask'], true)).toBe(false);
  expect(isResumed(['stop', 'start', 'mask'], true)).toBe(true);
});

test('a part is counted when it was begun: not by an unmask of what had been stopped', () => {
  expect(segmentOf([], true)).toBe(1);
  expect(segmentOf(['mask', 'unmask', 'stop', 'start'], true)).toBe(3);
  expect(segmentOf(['stop', 'mask', 'unmask'], true)).toBe(1);
});

test('masked is what was masked last', () => {
  expect(isMasked(['mask'])).toBe(true);
  expect(isMasked(['mask', 'unmask'])).toBe(false);
  expect(isMasked(['mask', 'stop'])).toBe(false);
});

test('a call is recorded by itself or as it was told last; an unmask brings back what was before the mask', () => {
  expect(recordingState([], true)).toBe('on');
  expect(recordingState([], false)).toBe('off');
  expect(recordingState([], null)).toBe('unknown');
  expect(recordingState(['start'], false)).toBe('on');
  expect(recordingState(['stop'], true)).toBe('off');
  expect(recordingState(['stop', 'mask'], true)).toBe('masked');
  expect(recordingState(['mask', 'unmask'], true)).toBe('on');
  expect(recordingState(['stop', 'mask', 'unmask'], true)).toBe('off');
  expect(recordingState(['mask', 'unmask'], false)).toBe('off');
  expect(recordingState(['mask', 'unmask'], null)).toBe('on');
});
