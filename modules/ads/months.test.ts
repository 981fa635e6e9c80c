import { describe, expect, test } from 'vitest';
import { addMonths, atRisk, boundsOf, costOf, monthOf, spentByLine, spentOf } from './months.ts';

const KOLKATA = 'Asia/Kolkata';
const day = (text: string, offset: string) => Date.parse(`${text}T00:00:00${offset}`);

describe('a month', () => {
  test("is the company's, also where its hours begin at half past of UTC", () => {
    expect(monthOf(KOLKATA, Date.parse('2026-10-31T18:29:59Z'))).toBe('2026-10');
    expect(monthOf(KOLKATA, Date.parse('2026-10-31T18:30:00Z'))).toBe('2026-11');
    expect(boundsOf('2026-11', KOLKATA)).toEqual({ from: day('2026-11-01', '+05:30'), to: day('2026-12-01', '+05:30') });
    expect([addMonths('2026-11', 2), addMonths('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
  });
});

describe('spend of a period', () => {
  const november = { number: '7391', month: '2026-11', amount: 3_000_000 };

  test('is the whole of whole months and by days of those that it cuts', () => {
    const of = (from: string, to: string) => spentOf(november, KOLKATA, day(from, '+05:30'), day(to, '+05:30'));
    expect(of('2026-11-01', '2026-12-01')).toBe(3_000_000);
    expect(of('2026-10-20', '2026-12-20')).toBe(3_000_000);
    expect(of('2026-11-01', '2026-11-24')).toBe(2_300_000);
    expect(of('2026-11-30', '2026-12-05')).toBe(100_000);
    expect(of('2026-12-01', '2026-12-05')).toBe(0);
    // the company's midnights, not those of UTC
    expect(spentOf(november, KOLKATA, Date.parse('2026-11-01T00:00:00Z'), Date.parse('2026-11-02T00:00:00Z'))).toBe(100_000);
  });

  test('has a day of 25 hours once, and half a day as half of it', () => {
    const october = { month: '2026-10', amount: 3_100 };
    const at = (text: string) => Date.parse(text);
    expect(spentOf(october, 'Europe/Berlin', at('2026-10-25T00:00:00+02:00'), at('2026-10-26T00:00:00+01:00'))).toBe(100);
    expect(spentOf(october, 'Europe/Berlin', at('2026-10-01T00:00:00+02:00'), at('2026-11-01T00:00:00+01:00'))).toBe(3_100);
    expect(spentOf(october, 'Europe/Berlin', at('2026-10-05T00:00:00+02:00'), at('2026-10-05T12:00:00+02:00'))).toBe(50);
  });

  test('adds up over months, and a line of which nobody said anything has none', () => {
    const spend = [november, { ...november, month: '2026-10', amount: 310 }, { ...november, number: '7392', month: '2025-01' }];
    const sums = spentByLine(spend, KOLKATA, day('2026-10-31', '+05:30'), day('2026-11-02', '+05:30'));
    expect([...sums]).toEqual([['7391', 10 + 100_000]]);
  });
});

test('what a call cost, and what is at risk of what nobody has said, is not known', () => {
  expect([costOf(100_000, 3), costOf(null, 3), costOf(100_000, 0), costOf(0, 3)]).toEqual([33_333, null, null, 0]);
  // of the exact cost: three calls of 33 333.33 are all of it again
  expect([atRisk(3, 100_000, 3), atRisk(0, null, 0), atRisk(2, null, 5), atRisk(2, 100, 0)]).toEqual([100_000, 0, null, null]);
});
