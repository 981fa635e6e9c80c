import { workingHoursSchema } from '@callscope/core/domain/schedule.ts';
import { DEFAULT_SETTINGS } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { dueAt, termsAt } from './rules-due.ts';

const week = { mon: [{ from: '09:00', to: '18:00' }], tue: [{ from: '09:00', to: '18:00' }] };
const office = { callbackMinutes: 60, timezone: 'Europe/Moscow', workingHours: workingHoursSchema.parse({ week }) };
/** local time of Moscow, November 2026: the 23rd is a Monday */
const at = (day: number, time: string) => Date.parse(`2026-11-${day}T${time}:00+03:00`);

test.each([
  ['within the day', at(23, '10:00'), at(23, '11:00')],
  ['over the night', at(23, '17:30'), at(24, '09:30')],
  ['before the day begins', at(23, '03:00'), at(23, '10:00')],
  ['over days off', at(24, '17:59'), at(30, '09:59')],
])('a case is overdue after an hour of work: %s', (_, from, due) => {
  expect(new Date(dueAt(from, office)).toISOString()).toBe(new Date(due).toISOString());
});

test('without working hours every minute counts; a company that never works is never late within a year', () => {
  expect(dueAt(at(23, '17:59'), { ...office, workingHours: null })).toBe(at(23, '18:59'));
  const never = { ...office, workingHours: workingHoursSchema.parse({ week: {} }) };
  expect(dueAt(at(23, '10:00'), never)).toBeGreaterThan(at(23, '10:00') + 365 * 86_400_000);
});

test('the terms are those in force at the moment that is asked about', () => {
  const versions = [
    { ...DEFAULT_SETTINGS, ...office, validFrom: 0 },
    { ...DEFAULT_SETTINGS, ...office, validFrom: 1_000, callbackMinutes: 30 },
  ];
  expect([999, 1_000].map((ms) => termsAt(versions, ms).callbackMinutes)).toEqual([60, 30]);
  expect(termsAt([], 5).callbackMinutes).toBe(60);
});
