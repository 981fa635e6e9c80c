/**
 * A company's working hours: which moments are within them, and when so many working minutes have passed. Pure. Times are
 * the wall clock's in the company's zone: on the day when the clock goes back 02:30 comes twice, and is working time twice.
 */
import { z } from 'zod';
import { endOfHour, offsetAt, startOfDay, wallClock } from './zone.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const MOST_SPANS = 12;
const MOST_DATES = 400;

const hours = z
  .array(
    z
      .strictObject({
        from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM, 00:00 to 23:59'),
        to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM, 24:00 is the end of the day'),
      })
      .refine(({ from, to }) => from < to, {
        path: ['to'],
        message: 'must be later than from; a shift over midnight is written as two: until 24:00, and from 00:00 of the next day',
      }),
  )
  .max(MOST_SPANS)
  .transform((spans) => spans.toSorted((a, b) => (a.from < b.from ? -1 : 1)))
  .refine((spans) => spans.every((span, i) => i === 0 || span.from >= (spans[i - 1]?.to ?? '')), 'times of one day must not overlap')
  .describe('working time of a day: start included, end excluded; none = a day off');
export type Hours = z.output<typeof hours>;

export const workingHoursSchema = z.strictObject({
  week: z
    .strictObject(Object.fromEntries(WEEKDAYS.map((day) => [day, hours.default([])])) as Record<Weekday, z.ZodDefault<typeof hours>>)
    .describe("by day of the week, in the company's zone; a day that is left out is a day off"),
  dates: z
    .array(
      z.strictObject({
        date: z.iso.date('a day such as 2027-01-01').describe('a day with hours of its own: a holiday, a short day, a working Saturday'),
        hours: hours.default([]),
        name: z.string().max(100).default(''),
      }),
    )
    .max(MOST_DATES)
    .transform((dates) => dates.toSorted((a, b) => (a.date < b.date ? -1 : 1)))
    .refine((dates) => new Set(dates.map((d) => d.date)).size === dates.length, 'a date is listed twice')
    .default([]),
});
/** null: always open. */
export type WorkingHours = z.output<typeof workingHoursSchema> | null;

/** Whether a moment (ms since the epoch) is within working hours. @param zone IANA */
export function isWorkingTime(schedule: WorkingHours, zone: string, at: number): boolean {
  if (schedule === null) return true;
  const wall = wallClock(zone, at);
  const time = wall - startOfWallDay(wall);
  return hoursOn(schedule, wall).some(({ from, to }) => time >= clock(from) && time < clock(to));
}

/** Whether any of a stretch of one day, within which the clock runs evenly (an hour of `hoursOf`), is within working hours. @param zone IANA */
export function touchesWorkingTime(schedule: WorkingHours, zone: string, from: number, to: number): boolean {
  if (schedule === null) return true;
  const wall = wallClock(zone, from);
  const begins = wall - startOfWallDay(wall);
  return hoursOn(schedule, wall).some((span) => clock(span.from) < begins + (to - from) && clock(span.to) > begins);
}

/** A day whose hours are not those of its weekday: closed, or open at hours of its own; null: it is like its weekday. @param zone IANA */
export function ownHoursOf(schedule: WorkingHours, zone: string, at: number): 'closed' | 'open' | null {
  if (schedule === null) return null;
  const wall = wallClock(zone, at);
  const own = hoursOn(schedule, wall);
  const usual = hoursOn({ ...schedule, dates: [] }, wall);
  if (own.length === usual.length && own.every(({ from, to }, i) => usual[i]?.from === from && usual[i]?.to === to)) return null;
  return own.length === 0 ? 'closed' : 'open';
}

/**
 * The moment at which so much working time has passed since another; null when it has not by `latest`.
 * A minute that the clock skips does not pass, one that it shows twice passes twice. @param minutes above 0
 */
export function afterWorkingMinutes(schedule: WorkingHours, zone: string, from: number, minutes: number, latest: number): number | null {
  if (schedule === null) return from + minutes * MINUTE;
  // a company that never works need not be looked through for a year
  if ([...Object.values(schedule.week), ...schedule.dates.map((d) => d.hours)].every((day) => day.length === 0)) return null;
  let left = minutes * MINUTE;
  for (const [start, end] of evenStretches(zone, from, latest)) {
    const wall = wallClock(zone, start);
    const begins = wall - startOfWallDay(wall);
    for (const span of hoursOn(schedule, wall)) {
      const opens = Math.max(begins, clock(span.from));
      const worked = Math.min(begins + (end - start), clock(span.to)) - opens;
      if (worked >= left) return start + (opens - begins) + left;
      left -= Math.max(0, worked);
    }
  }
  return null;
}

/** [from, to) cut at midnights and, on a day when the clock changes, at its hours: within a piece the wall clock runs evenly. */
function* evenStretches(zone: string, from: number, to: number): Generator<[start: number, end: number]> {
  for (let day = from; day < to; ) {
    const next = Math.min(startOfDay(zone, day, 1), to);
    if (offsetAt(zone, day) === offsetAt(zone, next - 1)) yield [day, next];
    else {
      for (let at = day; at < next; ) {
        const end = Math.min(endOfHour(zone, at), next);
        yield [at, end];
        at = end;
      }
    }
    day = next;
  }
}

/** Hours of the day that the wall clock shows. */
function hoursOn({ week, dates }: NonNullable<WorkingHours>, wall: number): Hours {
  const day = new Date(wall);
  const date = day.toISOString().slice(0, 10);
  const own = dates.find((d) => d.date === date);
  return own ? own.hours : week[WEEKDAYS[(day.getUTCDay() + 6) % 7] as Weekday];
}

function startOfWallDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/** 09:30 -> ms since midnight by the wall clock */
function clock(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE;
}
