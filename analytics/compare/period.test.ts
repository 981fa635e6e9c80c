import { expect, test } from 'vitest';
import { comparedPeriod, isWholeMonth, readComparison } from './period.ts';

const at = (text: string) => Date.parse(text);
const zone = 'Asia/Kolkata';
/** 26 November 2026, 12:30 in Kolkata */
const now = at('2026-11-26T07:00:00Z');

test('a whole month is compared with the month before, however long; what has passed of it with as much', () => {
  const month = (from: string, to: string) => {
    const period = { from: at(`${from}T00:00:00+05:30`), to: at(`${to}T00:00:00+05:30`) };
    const compared = comparedPeriod('previous', { ...period, isMonth: isWholeMonth(zone, period.from, period.to) }, zone, now);
    return compared && [new Date(compared.from).toISOString(), new Date(compared.until).toISOString()];
  };
  expect(month('2026-10-01', '2026-11-01')).toEqual(['2026-08-31T18:30:00.000Z', '2026-09-30T18:30:00.000Z']);
  expect(month('2026-11-01', '2026-12-01')).toEqual(['2026-09-30T18:30:00.000Z', '2026-10-26T07:00:00.000Z']);
  // thirty days that are no month
  expect(month('2026-10-02', '2026-11-01')).toEqual(['2026-09-01T18:30:00.000Z', '2026-10-01T18:30:00.000Z']);
});

test('across a change of the clock days stay days', () => {
  const berlin = 'Europe/Berlin';
  const sunday = { from: at('2026-10-24T22:00:00Z'), to: at('2026-10-25T23:00:00Z'), isMonth: false };
  expect(comparedPeriod('weeks', sunday, berlin, now)).toEqual({
    days: 7,
    from: at('2026-10-17T22:00:00Z'),
    to: at('2026-10-18T22:00:00Z'),
    until: at('2026-10-18T22:00:00Z'),
  });
});

test('what is no word of it is none', () => {
  expect(['off', 'weeks', 'previous', 'year', '2026-10-05', '2026-13-05', '', 'month'].map(readComparison)).toEqual([
    ...['off', 'weeks', 'previous', 'year', '2026-10-05', null, null, null],
  ]);
});
