import { expect, test } from 'vitest';
import { reaches, reachesCall } from './reach.ts';

test('without bounds everything is within reach, with none nothing is', () => {
  expect([reaches(undefined, 'e1'), reaches(undefined, ''), reachesCall(undefined, [])]).toEqual([true, true, true]);
  expect([reaches([], 'e1'), reaches([], ''), reachesCall([], ['e1', ''])]).toEqual([false, false, false]);
});

test('one of them is enough, and nobody is nobody', () => {
  expect(reachesCall(['e1', 'e2'], ['', 'e2'])).toBe(true);
  expect(reachesCall(['e1', 'e2'], ['e3', ''])).toBe(false);
  // an employee without a name must not open calls without one
  expect(reaches([''], '')).toBe(false);
});
