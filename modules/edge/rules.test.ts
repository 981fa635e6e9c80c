import { expect, test } from 'vitest';
import { isMasked, isResumed, segmentOf } from './rules.ts';

test('an unmask begins again what the mask interrupted, never what had been stopped', () => {
  expect(isResumed(['mask'])).toBe(true);
  expect(isResumed(['start', 'mask'])).toBe(true);
  expect(isResumed(['stop', 'mask'])).toBe(false);
  expect(isResumed(['stop', 'mask', 'unmask', 'mask'])).toBe(false);
  expect(isResumed(['stop', 'start', 'mask'])).toBe(true);
});

test('a part is counted when it was begun: not by an unmask of what had been stopped', () => {
  expect(segmentOf([])).toBe(1);
  expect(segmentOf(['mask', 'unmask', 'stop', 'start'])).toBe(3);
  expect(segmentOf(['stop', 'mask', 'unmask'])).toBe(1);
});

test('masked is what was masked last', () => {
  expect(isMasked(['mask'])).toBe(true);
  expect(isMasked(['mask', 'unmask'])).toBe(false);
  expect(isMasked(['mask', 'stop'])).toBe(false);
});
