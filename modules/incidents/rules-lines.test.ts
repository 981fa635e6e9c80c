import { expect, test } from 'vitest';
import { lineState } from './rules-lines.ts';

const NOW = 1_000_000;
const said = { isActive: true, wellAt: NOW - 8_000, downFrom: null, edgesWellAt: NOW - 3_000 };

test.each([
  [{}, 'registered'],
  [{ downFrom: NOW - 60_000 }, 'error'],
  // the carrier is being asked, or the line was entered a moment ago
  [{ wellAt: NOW - 50_000 }, 'connecting'],
  [{ wellAt: null }, 'connecting'],
  [{ isActive: false, downFrom: NOW - 60_000 }, 'off'],
  // what an edge that is gone said last is no state
  [{ edgesWellAt: NOW - 60_000, downFrom: NOW - 90_000 }, 'unknown'],
  [{ edgesWellAt: null }, 'unknown'],
])('a line of which %j is said is %s', (more, state) => {
  expect(lineState({ ...said, ...more }, NOW)).toBe(state);
});
