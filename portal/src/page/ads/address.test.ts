import { FilterError } from '@callscope/analytics/query/filter.ts';
import { expect, test } from 'vitest';
import { adLinesFromQuery, adLinesToQuery, beforeOf } from './address.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');
const read = (query: string) => adLinesFromQuery(new URLSearchParams(query), zone, now);
const at = (wall: string) => Date.parse(`${wall}+07:00`);
const before = (from: string, to: string, when = now) => {
  const { from: begin, until } = beforeOf({ from: at(from), to: at(to) }, zone, when);
  return [new Date(begin + 7 * 3_600_000).toISOString().slice(0, 16), new Date(until + 7 * 3_600_000).toISOString().slice(0, 16)];
};

test('an address without a question means this month, compared, the cheapest target call first', () => {
  expect(read('')).toMatchObject({ period: { preset: 'month' }, compare: true, sort: { by: 'costPerTarget', down: false } });
  expect(adLinesToQuery(read(''))).toBe('');
});

test.each([
  'period=today',
  'period=last-month&compare=off',
  'sort=-missedShare',
  'shortAbandons=exclude&number=%2B73910000122&hours=working&compare=off',
  'from=2026-09-30T17:00:00Z&to=2026-10-31T17:00:00Z&sort=spend',
])('%s is read and written', (query) => expect(adLinesToQuery(read(query))).toBe(query));

test('an unknown column is refused', () => {
  expect(() => read('sort=nonsense')).toThrow(FilterError);
});

test('a month is compared with the month before: the whole of it, or up to the same moment of one that runs', () => {
  expect(before('2026-10-01T00:00', '2026-11-01T00:00')).toEqual(['2026-09-01T00:00', '2026-10-01T00:00']);
  expect(before('2026-11-01T00:00', '2026-12-01T00:00')).toEqual(['2026-10-01T00:00', '2026-10-25T14:20']);
  // the 30th of March has no fellow in February
  expect(before('2027-03-01T00:00', '2027-04-01T00:00', at('2027-03-30T10:00'))).toEqual(['2027-02-01T00:00', '2027-03-01T00:00']);
});

test('other periods are compared with the same weekdays', () => {
  expect(before('2026-11-09T00:00', '2026-11-16T00:00')).toEqual(['2026-11-02T00:00', '2026-11-09T00:00']);
});
