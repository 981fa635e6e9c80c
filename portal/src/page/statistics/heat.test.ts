import { expect, test } from 'vitest';
import { heatOf } from './heat.ts';

const answer = (cells: Record<string, number>) => ({
  rows: Object.entries(cells).map(([key, calls]) => ({ key, figures: { calls } })),
  totals: {},
});

test('the fullest cell is the darkest, a single call is not empty, hours go from the first to the last', () => {
  const heat = heatOf(answer({ '1-9': 100, '1-11': 1, '7-10': 40, '3-23': 0 }), 'calls');
  expect(heat.hours).toEqual([9, 10, 11]);
  expect([heat.cell(1, 9), heat.cell(1, 11), heat.cell(7, 10), heat.cell(2, 9)].map(({ shade }) => shade)).toEqual([5, 1, 2, 0]);
});

test('nothing at all has no hours', () => {
  expect(heatOf(answer({}), 'calls')).toMatchObject({ hours: [], most: 0 });
});
