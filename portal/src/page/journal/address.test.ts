import { expect, test } from 'vitest';
import { addressFromQuery, addressToQuery, filterOf, quickOf, withField, without, withQuick } from './address.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');
const read = (query: string) => addressFromQuery(new URLSearchParams(query), zone, now);

test.each([
  '',
  '?direction=in,out&caller=8%20(913)*&time=08:00-20:00',
  '?period=yesterday&direction=in&answered=false&limit=100',
  '?from=2026-11-25T06:00:00Z&to=2026-11-25T07:00:00Z&author=e1,-&talkMin=30',
  '?author=e1&cursor=abc&side=newer&row=51',
  '?cursor=abc&row=101',
  '?period=month&sort=-talk&limit=25&cursor=abc&row=26',
  '?from=2026-01-01T00:00:00Z&to=2026-11-25T07:00:00Z&sort=start',
])('"%s" comes back as it was', (query) => {
  expect(addressToQuery(read(query))).toBe(query);
});

test('what is meant is the period of the company and the conditions', () => {
  expect(filterOf(read('direction=in'))).toEqual({
    direction: ['in'],
    from: Date.parse('2026-11-24T17:00:00Z'),
    to: Date.parse('2026-11-25T17:00:00Z'),
  });
});

test('a form sends empty fields and ticks one by one', () => {
  expect(read('talkMin=&author=e1&author=e2&caller=').conditions).toEqual({ author: ['e1', 'e2'] });
});

test('what cannot be is refused, what only says is put right', () => {
  expect(() => read('direction=sideways')).toThrow();
  expect(read('limit=7&cursor=x&row=-3')).toMatchObject({ limit: null, place: { row: 1 } });
});

test('an order is one that the period allows; newest first needs no word', () => {
  const sortOf = (query: string) => read(query).sort;
  expect(sortOf('sort=talk')).toEqual({ by: 'talk', down: false });
  expect([sortOf('sort=-start'), sortOf('sort=weather'), sortOf('')]).toEqual([null, null, null]);
  const year = 'from=2026-01-01T00:00:00Z&to=2026-11-25T00:00:00Z';
  expect([sortOf(`${year}&sort=-talk`), sortOf(`${year}&sort=start`)]).toEqual([null, { by: 'start', down: false }]);
});

test('a quick filter is one of its kind and leaves other conditions alone', () => {
  expect(quickOf({})).toBe('all');
  expect(quickOf({ author: ['e1'] })).toBe('all');
  expect(quickOf({ direction: ['in'], answered: false })).toBe('missed');
  expect(quickOf({ direction: ['in', 'out'] })).toBe(null);
  expect(withQuick({ direction: ['in'], answered: false, author: ['e1'] }, 'recorded')).toEqual({ recorded: true, author: ['e1'] });
  expect(withQuick({ recorded: true }, 'all')).toEqual({});
});

test('conditions come and go', () => {
  expect(withField({ direction: ['in'] }, 'author', ['e1'])).toEqual({ direction: ['in'], author: ['e1'] });
  expect(withField({ author: ['e1'] }, 'author', [])).toEqual({});
  expect(without({ talkMin: 3, talkMax: 5, text: '1' }, ['talkMin', 'talkMax'])).toEqual({ text: '1' });
});
