import { expect, test } from 'vitest';
import { comparedWith, isOneDay, weeksBefore } from './comparison.ts';
import { presetPeriod } from './period.ts';

const zone = 'Asia/Krasnoyarsk';
const at = (text: string) => Date.parse(text);
/** Wednesday 25 November 2026, 14:20 in Krasnoyarsk */
const now = at('2026-11-25T07:20:00Z');

test('today compares to the same weekday a week before, up to the same moment', () => {
  expect(comparedWith(presetPeriod('today', zone, now), zone, now)).toEqual({
    weeks: 1,
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
  expect(comparedWith(presetPeriod('week', zone, now), zone, now).weeks).toBe(1);
  expect(comparedWith(presetPeriod('month', zone, now), zone, now).weeks).toBe(4);
  expect(comparedWith(presetPeriod('last-month', zone, now), zone, now).weeks).toBe(5);
});

test('across a change of the clock it is the same time of day', () => {
  const berlin = 'Europe/Berlin';
  // 09:00 on 30 March is an hour earlier by UTC than 09:00 a week before
  expect(weeksBefore(berlin, at('2026-03-30T07:00:00Z'), 1)).toBe(at('2026-03-23T08:00:00Z'));
});

test('hours within a day are of one day', () => {
  expect(isOneDay({ from: at('2026-11-25T06:00:00Z'), to: at('2026-11-25T07:00:00Z') }, zone)).toBe(true);
  expect(isOneDay(presetPeriod('today', zone, now), zone)).toBe(true);
  expect(isOneDay(presetPeriod('week', zone, now), zone)).toBe(false);
});
