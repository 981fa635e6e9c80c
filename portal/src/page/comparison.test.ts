import { expect, test } from 'vitest';
import { comparedBy, comparedWith, comparisonFrom, daysBefore, isOneDay } from './comparison.ts';
import { presetPeriod } from './period.ts';

const zone = 'Asia/Krasnoyarsk';
const at = (text: string) => Date.parse(text);
/** Wednesday 25 November 2026, 14:20 in Krasnoyarsk */
const now = at('2026-11-25T07:20:00Z');

test('today compares to the same weekday a week before, up to the same moment', () => {
  expect(comparedWith(presetPeriod('today', zone, now), zone, now)).toEqual({
    days: 7,
    from: at('2026-11-17T17:00:00Z'),
    to: at('2026-11-18T17:00:00Z'),
    until: at('2026-11-18T07:20:00Z'),
  });
});

test('a day that is over compares whole', () => {
  const { to, until } = comparedWith(presetPeriod('yesterday', zone, now), zone, now);
  expect(until).toBe(to);
});

test('a long period goes back whole weeks, so that it meets the same weekdays and not itself', () => {
  expect(comparedWith(presetPeriod('week', zone, now), zone, now).days).toBe(7);
  expect(comparedWith(presetPeriod('month', zone, now), zone, now).days).toBe(28);
  expect(comparedWith(presetPeriod('last-month', zone, now), zone, now).days).toBe(35);
});

test('across a change of the clock it is the same time of day', () => {
  const berlin = 'Europe/Berlin';
  // 09:00 on 30 March is an hour earlier by UTC than 09:00 a week before
  expect(daysBefore(berlin, at('2026-03-30T07:00:00Z'), 7)).toBe(at('2026-03-23T08:00:00Z'));
});

test('hours within a day are of one day', () => {
  expect(isOneDay({ from: at('2026-11-25T06:00:00Z'), to: at('2026-11-25T07:00:00Z') }, zone)).toBe(true);
  expect(isOneDay(presetPeriod('today', zone, now), zone)).toBe(true);
  expect(isOneDay(presetPeriod('week', zone, now), zone)).toBe(false);
});

test('what lies just before: days, and of a month the month before, up to the same moment', () => {
  const previous = (preset: 'today' | 'week' | 'month' | 'last-month') =>
    comparedBy('previous', presetPeriod(preset, zone, now), zone, now);
  expect(previous('today')).toMatchObject({ days: 1, until: at('2026-11-24T07:20:00Z') });
  expect(previous('week')).toMatchObject({ from: at('2026-11-19T17:00:00Z'), until: at('2026-11-22T07:20:00Z') });
  expect(previous('month')).toEqual({
    days: 31,
    from: at('2026-09-30T17:00:00Z'),
    to: at('2026-10-31T17:00:00Z'),
    until: at('2026-10-25T07:20:00Z'),
  });
  // October is over: the whole of September, which is a day shorter
  expect(previous('last-month')).toEqual({
    days: 30,
    from: at('2026-08-31T17:00:00Z'),
    to: at('2026-09-30T17:00:00Z'),
    until: at('2026-09-30T17:00:00Z'),
  });
});

test('a year before are the same days of the week; any day begins a period as long', () => {
  const yesterday = presetPeriod('yesterday', zone, now);
  expect(comparedBy('year', yesterday, zone, now)).toMatchObject({
    days: 364,
    from: at('2025-11-24T17:00:00Z'),
    until: at('2025-11-25T17:00:00Z'),
  });
  expect(comparedBy('2026-10-05', yesterday, zone, now)).toEqual({
    days: 50,
    from: at('2026-10-04T17:00:00Z'),
    to: at('2026-10-05T17:00:00Z'),
    until: at('2026-10-05T17:00:00Z'),
  });
  expect(comparedBy('off', yesterday, zone, now)).toBeNull();
  expect(['off', 'previous', 'year', '2026-10-05', '2026-13-05', 'nonsense', null].map(comparisonFrom)).toEqual([
    'off',
    'previous',
    'year',
    '2026-10-05',
    'weeks',
    'weeks',
    'weeks',
  ]);
});
