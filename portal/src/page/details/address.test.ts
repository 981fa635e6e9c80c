import { expect, test } from 'vitest';
import { detailsFromQuery, detailsToQuery, reportShown, showOf } from './address.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');
const read = (query: string) => detailsFromQuery(new URLSearchParams(query), zone, now);

test("an address without a question means today's incoming calls, the number with most of them first", () => {
  expect(read('')).toMatchObject({ show: 'in', compare: 'off', sort: { by: 'in', down: true }, find: '', page: 1, conditions: {} });
  expect(detailsToQuery(read(''))).toBe('');
});

test.each([
  'show=out&period=yesterday&author=e101,e102',
  'show=missed&period=week&missedKind=busy_hit&sort=-from',
  'show=lost&sort=at&page=3',
  'show=incoming-by-employee&compare=weeks&sort=last&find=%D0%BE%D0%BB',
  'compare=previous&sort=share',
])('%s is read and written', (query) => expect(detailsToQuery(read(query))).toBe(query));

test('what another table has, or nobody knows, says nothing', () => {
  expect(read('show=missed&sort=talkSeconds').sort).toEqual({ by: 'at', down: true });
  expect(read('show=nonsense').show).toBe('in');
  expect([read('page=0').page, read('page=x').page, read('page=1e9').page]).toEqual([1, 1, 1]);
});

test('a block that a tab shows leads to the tab, one that is no table nowhere', () => {
  expect(read('show=incoming-by-number').show).toBe('in');
  expect(['outgoing-by-account', 'outgoing-shares', 'week-hours', 'incoming-totals'].map(showOf)).toEqual([
    ...['out', 'outgoing-shares', null, null],
  ]);
  expect([reportShown('out')?.id, reportShown('lost')]).toEqual(['outgoing-by-account', null]);
});
