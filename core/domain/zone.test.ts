import { describe, expect, test } from 'vitest';
import {
  endOfHour,
  hoursOf,
  instantOf,
  monthsOf,
  offsetAt,
  startOfDay,
  startOfHour,
  startOfMonth,
  startOfWeek,
  wallClock,
  wallClockOf,
  weeksOf,
} from './zone.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const dayOf = (zone: string, noon: string) => {
  const from = startOfDay(zone, at(noon));
  return { from, to: startOfDay(zone, at(noon), 1) };
};

test.each([
  ['UTC', 0],
  ['Europe/Moscow', 3],
  ['Asia/Kolkata', 5.5],
  ['Asia/Kathmandu', 5.75],
  ['America/St_Johns', -3.5],
])('%s is %d hours ahead of UTC in winter', (zone, hours) => {
  expect(offsetAt(zone, at('2026-11-24T00:00:00Z'))).toBe(hours * HOUR);
});

test.each([
  ['Asia/Kolkata', '2026-11-23T18:30Z', 24],
  ['Europe/Berlin', '2026-03-28T23:00Z', 23],
  ['Europe/Berlin', '2026-10-24T22:00Z', 25],
  ['Australia/Lord_Howe', '2026-10-03T13:30Z', 23.5],
  ['Australia/Lord_Howe', '2026-04-04T13:00Z', 24.5],
  // midnight itself is never shown: the day begins at one o'clock
  ['Africa/Cairo', '2026-04-23T22:00Z', 23],
])('a day of %s that begins at %s has %d hours', (zone, begins, hours) => {
  const day = dayOf(zone, new Date(at(begins) + 12 * HOUR).toISOString());
  expect(iso(day.from)).toBe(begins);
  expect((day.to - day.from) / HOUR).toBe(hours);
  const starts = hoursOf(zone, day.from, day.to);
  expect(starts).toHaveLength(Math.ceil(hours));
  expect(starts[0]).toBe(day.from);
  const lengths = starts.map((start) => (endOfHour(zone, start) - start) / HOUR);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(hours);
  expect(lengths.filter((length) => length !== 1)).toEqual(Number.isInteger(hours) ? [] : [0.5]);
});

test('an hour in India begins at half past of UTC', () => {
  expect(iso(startOfHour('Asia/Kolkata', at('2026-11-24T10:29:59.999Z')))).toBe('2026-11-24T09:30Z');
  expect(iso(endOfHour('Asia/Kolkata', at('2026-11-24T10:29:59.999Z')))).toBe('2026-11-24T10:30Z');
});

test('a period that begins within an hour begins with that hour', () => {
  expect(hoursOf('UTC', at('2026-11-24T10:20:00Z'), at('2026-11-24T12:00:00Z')).map(iso)).toEqual([
    '2026-11-24T10:00Z',
    '2026-11-24T11:00Z',
  ]);
  expect(hoursOf('UTC', at('2026-11-24T10:00:00Z'), at('2026-11-24T10:00:00Z'))).toEqual([]);
});

describe('the wall clock', () => {
  test('shown twice is the first time, never shown is after the change', () => {
    expect(iso(instantOf('Europe/Berlin', Date.UTC(2026, 9, 25, 2, 30)))).toBe('2026-10-25T00:30Z');
    expect(iso(instantOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30)))).toBe('2026-03-29T01:30Z');
  });

  test.each(['Europe/Moscow', 'Asia/Kolkata', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago'])(
    'of %s leads back to the instant, except in the hour shown twice',
    (zone) => {
      for (let t = at('2026-01-01T00:15:00Z'); t < at('2027-01-01T00:00:00Z'); t += 5 * HOUR) {
        const back = instantOf(zone, wallClock(zone, t));
        if (back !== t) expect([back < t, wallClock(zone, back)]).toEqual([true, wallClock(zone, t)]);
      }
    },
  );

  test.each(['UTC', 'Asia/Kolkata', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago'])(
    'of %s is the same for one instant and for many',
    (zone) => {
      const clock = wallClockOf(zone);
      for (let t = at('2026-01-01T00:00:00Z') - 1; t < at('2027-01-01T00:00:00Z'); t += HOUR / 4) expect(clock(t)).toBe(wallClock(zone, t));
    },
  );
});

describe('weeks and months', () => {
  test.each([
    // a week with a change of the clock has an hour more or less
    ['Europe/Berlin', '2026-10-21T00:00:00Z', '2026-10-18T22:00Z', 7 * 24 + 1],
    ['Europe/Berlin', '2026-03-29T20:00:00Z', '2026-03-22T23:00Z', 7 * 24 - 1],
    ['Asia/Kolkata', '2026-11-22T18:29:59.999Z', '2026-11-15T18:30Z', 7 * 24],
    ['Asia/Kolkata', '2026-11-22T18:30:00Z', '2026-11-22T18:30Z', 7 * 24],
    ['Australia/Lord_Howe', '2026-10-04T00:00:00Z', '2026-09-27T13:30Z', 7 * 24 - 0.5],
    // before the epoch's first Monday
    ['UTC', '1970-01-02T00:00:00Z', '1969-12-29T00:00Z', 7 * 24],
  ])('in %s the week of %s begins on Monday at %s and has %d hours', (zone, moment, begins, hours) => {
    expect(iso(startOfWeek(zone, at(moment)))).toBe(begins);
    expect((startOfWeek(zone, at(moment), 1) - startOfWeek(zone, at(moment))) / HOUR).toBe(hours);
  });

  test.each([
    ['Europe/Berlin', '2026-10-31T22:59:59Z', '2026-09-30T22:00Z', 31 * 24 + 1],
    ['Asia/Kolkata', '2026-02-28T18:29:59Z', '2026-01-31T18:30Z', 28 * 24],
    ['Asia/Kolkata', '2028-02-10T00:00:00Z', '2028-01-31T18:30Z', 29 * 24],
  ])('in %s the month of %s begins at %s and has %d hours', (zone, moment, begins, hours) => {
    expect(iso(startOfMonth(zone, at(moment)))).toBe(begins);
    expect((startOfMonth(zone, at(moment), 1) - startOfMonth(zone, at(moment))) / HOUR).toBe(hours);
  });

  test('of a period are those that it touches, and of a moment none', () => {
    expect(weeksOf('UTC', at('2026-11-25T12:00:00Z'), at('2026-12-07T00:00:00Z')).map(iso)).toEqual([
      '2026-11-23T00:00Z',
      '2026-11-30T00:00Z',
    ]);
    expect(monthsOf('UTC', at('2026-12-25T12:00:00Z'), at('2027-02-01T00:00:00.001Z')).map(iso)).toEqual([
      '2026-12-01T00:00Z',
      '2027-01-01T00:00Z',
      '2027-02-01T00:00Z',
    ]);
    expect(weeksOf('UTC', at('2026-11-23T00:00:00Z'), at('2026-11-23T00:00:00Z'))).toEqual([]);
    expect(monthsOf('UTC', at('2026-11-01T00:00:00Z'), at('2026-11-01T00:00:00Z'))).toEqual([]);
  });
});
