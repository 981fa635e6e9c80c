import { expect, test } from 'vitest';
import { momentsOf, validityOf } from './validity.ts';

const now = Date.parse('2026-11-25T20:30:00Z');
const zone = 'Asia/Krasnoyarsk';

test('today is the company’s day, and never behind what is in force now', () => {
  expect(momentsOf({ kind: 'today' }, zone, now, 0)).toEqual({ from: new Date('2026-11-25T17:00:00Z'), recompute: null });
  const since = Date.parse('2026-11-25T19:00:00Z');
  expect(momentsOf({ kind: 'today' }, zone, now, since).from).toEqual(new Date(since));
});

test('a day of the past and "always" ask for the past, a day to come does not', () => {
  const october = new Date('2026-09-30T17:00:00Z');
  expect(momentsOf({ kind: 'day', day: '2026-10-01' }, zone, now, now)).toEqual({ from: october, recompute: october });
  expect(momentsOf({ kind: 'always' }, zone, now, now)).toEqual({ from: new Date(0), recompute: new Date(0) });
  expect(momentsOf({ kind: 'day', day: '2026-12-01' }, zone, now, now).recompute).toBeNull();
});

test('what is no choice is none', () => {
  expect(validityOf({ kind: 'day', day: '2026-10-01' })).toEqual({ kind: 'day', day: '2026-10-01' });
  for (const wrong of [null, 'today', {}, { kind: 'day' }, { kind: 'day', day: '2026-13-01' }, { kind: 'day', day: '1' }])
    expect(validityOf(wrong)).toBeNull();
});
