import { expect, test } from 'vitest';
import { quickPeriod } from './quick-period.ts';

test('weeks begin on Monday and last units are whole', () => {
  // a Wednesday
  const today = '2026-11-25';
  expect(quickPeriod('today', today)).toEqual({ from: today, to: today });
  expect(quickPeriod('yesterday', '2026-03-01')).toEqual({ from: '2026-02-28', to: '2026-02-28' });
  expect(quickPeriod('thisWeek', today)).toEqual({ from: '2026-11-23', to: today });
  expect(quickPeriod('thisWeek', '2026-11-29')).toEqual({ from: '2026-11-23', to: '2026-11-29' });
  expect(quickPeriod('lastWeek', today)).toEqual({ from: '2026-11-16', to: '2026-11-22' });
  expect(quickPeriod('thisMonth', today)).toEqual({ from: '2026-11-01', to: today });
  expect(quickPeriod('lastMonth', '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' });
});
