import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { planReport } from '../query/plan.ts';
import { incomingByNumber } from '../reports/incoming.ts';
import { daily } from '../reports/over-time.ts';
import { changeOf, earlierRows } from './change.ts';
import { comparedPeriod } from './period.ts';

const at = (text: string) => Date.parse(text);
const company = { zone: 'Europe/Berlin', country: 'DE', rules: DEFAULT_RULES };

test('a difference says by how much, by how many per cent, and which way is better', () => {
  expect(changeOf('inMissed', 12, 10)).toEqual({ before: 10, delta: 2, percent: 20, better: 'less' });
  expect(changeOf('in', 5, 0)).toEqual({ before: 0, delta: 5, percent: null, better: 'more' });
  expect(changeOf('averageTalk', null, 30)).toEqual({ before: 30, delta: null, percent: null, better: null });
});

test('days meet those of the same clock, on days of a change too; other rows their own key', () => {
  const period = { from: at('2026-10-24T22:00:00Z'), to: at('2026-10-26T23:00:00Z') };
  const compared = comparedPeriod('weeks', { ...period, isMonth: false }, company.zone, at('2026-11-26T00:00:00Z'));
  if (!compared) throw new Error('nothing to compare');
  const plan = planReport(daily, period, company);
  const rows = ['2026-10-17T22:00:00.000Z', '2026-10-18T22:00:00.000Z'].map((key, i) => ({ key, figures: { in: i + 1 } }));
  const earlier = earlierRows(plan, { rows, totals: {} }, compared);
  expect(plan.starts?.map((start) => earlier(new Date(start).toISOString())?.in)).toEqual([1, 2]);
  expect(earlier('2026-10-30T23:00:00.000Z')).toBeNull();
  const byNumber = earlierRows(
    planReport(incomingByNumber, period, company),
    { rows: [{ key: 'a', figures: { in: 3 } }], totals: {} },
    compared,
  );
  expect([byNumber('a')?.in, byNumber('b')?.in, byNumber('b')?.talkSeconds]).toEqual([3, 0, 0]);
});
