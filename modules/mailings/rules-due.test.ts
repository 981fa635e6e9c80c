import { expect, test } from 'vitest';
import { lastDue, nextDue, type Schedule } from './rules-due.ts';

const daily: Schedule = { every: 'day', weekday: 1, day: 1, minute: 9 * 60 };
const at = (text: string) => Date.parse(text);
const said = (ms: number) => new Date(ms).toISOString();
const next = (schedule: Schedule, zone: string, after: string) => said(nextDue(schedule, zone, at(after)));

test('by the clock on the wall, and never at the moment itself', () => {
  expect(next(daily, 'Asia/Krasnoyarsk', '2026-11-24T01:59:59Z')).toBe('2026-11-24T02:00:00.000Z');
  expect(next(daily, 'Asia/Krasnoyarsk', '2026-11-24T02:00:00Z')).toBe('2026-11-25T02:00:00.000Z');
});

test('on a weekday, and on the last day of a month that is shorter', () => {
  // 24 November 2026 is a Tuesday
  expect(next({ ...daily, every: 'week', weekday: 1 }, 'UTC', '2026-11-24T12:00:00Z')).toBe('2026-11-30T09:00:00.000Z');
  expect(next({ ...daily, every: 'week', weekday: 2 }, 'UTC', '2026-11-24T12:00:00Z')).toBe('2026-12-01T09:00:00.000Z');
  const monthly: Schedule = { ...daily, every: 'month', day: 31 };
  expect(next(monthly, 'UTC', '2027-01-31T09:00:00Z')).toBe('2027-02-28T09:00:00.000Z');
  expect(next(monthly, 'UTC', '2026-12-31T10:00:00Z')).toBe('2027-01-31T09:00:00.000Z');
});

test('clocks that change: a time left out comes as long after, one shown twice comes once', () => {
  const early: Schedule = { ...daily, minute: 150 };
  // Berlin: 29 March 2026 has no 2:30, 25 October has it twice
  expect(next(early, 'Europe/Berlin', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(next(early, 'Europe/Berlin', '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  expect(next(early, 'Europe/Berlin', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
});

test('after a long outage the last one goes, not all of them', () => {
  expect(said(lastDue(daily, 'UTC', at('2026-11-20T09:00:00Z'), at('2026-11-24T08:00:00Z')))).toBe('2026-11-23T09:00:00.000Z');
  expect(said(lastDue(daily, 'UTC', at('2026-11-24T09:00:00Z'), at('2026-11-24T09:00:03Z')))).toBe('2026-11-24T09:00:00.000Z');
});
