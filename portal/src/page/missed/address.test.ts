import { FilterError } from '@callscope/analytics/query/filter.ts';
import { expect, test } from 'vitest';
import { missedFromQuery, missedToQuery } from './address.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');
const read = (query: string) => missedFromQuery(new URLSearchParams(query), zone, now);

test('an address without a question means thirty days of cases to work on', () => {
  const address = read('');
  expect(address).toMatchObject({ show: 'open', owner: null, cursor: null });
  expect([address.period.from, address.period.to].map((at) => new Date(at).toISOString())).toEqual([
    '2026-10-26T17:00:00.000Z',
    '2026-11-25T17:00:00.000Z',
  ]);
  expect(missedToQuery(address, zone, now)).toBe('');
});

test.each([
  'period=today',
  'period=yesterday&show=overdue',
  'show=calledBack&owner=e101',
  'owner=-&number=73910000122&cursor=abc',
  'period=today&missedKind=busy_hit&employee=e101&hours=working',
])('%s is read and written', (query) => {
  expect(missedToQuery(read(query), zone, now)).toBe(query);
});

test('an unknown word is refused by its name', () => {
  expect(() => read('show=everything')).toThrow(FilterError);
});
