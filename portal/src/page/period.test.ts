import { expect, test } from 'vitest';
import { daysOf, periodFromQuery, periodOfDays, periodToQuery, wordedPeriod } from './period.ts';

const zone = 'Asia/Krasnoyarsk';
const at = (text: string) => Date.parse(text);
/** Wednesday 25 November 2026, 14:20 in Krasnoyarsk */
const now = at('2026-11-25T07:20:00Z');
const read = (query: string, when = now) => periodFromQuery(new URLSearchParams(query), zone, when);

test('without a word the period is today, from midnight to midnight of the company', () => {
  expect(read('')).toEqual({ preset: 'today', from: at('2026-11-24T17:00:00Z'), to: at('2026-11-25T17:00:00Z') });
});

test('a relative link means other days tomorrow', () => {
  const tomorrow = now + 86_400_000;
  expect(read('period=yesterday', tomorrow)).toEqual({ ...read('', now), preset: 'yesterday' });
  expect(daysOf(read('period=week'), zone)).toEqual({ from: '2026-11-23', to: '2026-11-25' });
  expect(daysOf(read('period=last-week'), zone)).toEqual({ from: '2026-11-16', to: '2026-11-22' });
  expect(daysOf(read('period=month'), zone)).toEqual({ from: '2026-11-01', to: '2026-11-25' });
  expect(daysOf(read('period=last-month'), zone)).toEqual({ from: '2026-10-01', to: '2026-10-31' });
});

test.each([
  '',
  'period=yesterday',
  'period=week',
  'period=last-week',
  'period=month',
  'period=last-month',
  'from=2026-11-25T06:00:00Z&to=2026-11-25T07:00:00Z',
])('"%s" comes back as it was', (query) => {
  expect(periodToQuery(read(query))).toBe(query);
});

test('one end alone: the rest of its day', () => {
  expect(read('from=2026-11-25T06:00:00Z')).toEqual({ preset: 'days', from: at('2026-11-25T06:00:00Z'), to: at('2026-11-25T17:00:00Z') });
  expect(read('to=2026-11-25T06:00:00Z')).toEqual({ preset: 'days', from: at('2026-11-24T17:00:00Z'), to: at('2026-11-25T06:00:00Z') });
});

test.each(['period=someday', 'period=toString', 'from=yesterday', 'from=2026-11-25T06:00:00Z&to=2026-11-24T06:00:00Z'])(
  '"%s" is refused',
  (query) => {
    expect(() => read(query)).toThrow();
  },
);

test('days from a calendar become a word where there is one', () => {
  expect(periodOfDays({ from: '2026-11-25', to: '2026-11-25' }, zone, now).preset).toBe('today');
  expect(periodOfDays({ from: '2026-11-23', to: '2026-11-25' }, zone, now).preset).toBe('week');
  const two = periodOfDays({ from: '2026-11-10', to: '2026-11-11' }, zone, now);
  expect(two).toEqual({ preset: 'days', from: at('2026-11-09T17:00:00Z'), to: at('2026-11-11T17:00:00Z') });
  expect(daysOf(two, zone)).toEqual({ from: '2026-11-10', to: '2026-11-11' });
});

test('words of a period: whole days, an hour of one, and daily hours', () => {
  expect(wordedPeriod(read(''), zone)).toEqual({ from: '2026-11-25', to: '2026-11-25' });
  expect(wordedPeriod(read('from=2026-11-25T06:00:00Z&to=2026-11-25T07:00:00Z'), zone)).toEqual({
    from: '2026-11-25',
    to: '2026-11-25',
    timeFrom: '13:00',
    timeTo: '14:00',
  });
  expect(wordedPeriod(read(''), zone, { from: 480, to: 1200 })).toMatchObject({ timeFrom: '08:00', timeTo: '20:00' });
});
