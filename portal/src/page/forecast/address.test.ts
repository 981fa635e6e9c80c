import { expect, test } from 'vitest';
import { forecastFromQuery, forecastToQuery } from './address.ts';

test.each(['', 'day=2026-11-28', 'day=2026-11-28&percent=90&seconds=15&shrinkage=30', 'shrinkage=0'])(
  '"%s" comes back as it was',
  (query) => {
    expect(forecastToQuery(forecastFromQuery(new URLSearchParams(query)))).toBe(query);
  },
);

test('what does not read is not there', () => {
  expect(forecastToQuery(forecastFromQuery(new URLSearchParams('day=tomorrow&percent=0&seconds=x&shrinkage=')))).toBe('');
});
