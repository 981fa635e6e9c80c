import { ownHoursOf, touchesWorkingTime, type WorkingHours } from '@callscope/core/domain/schedule.ts';
import { endOfHour, hoursOf, wallClock } from '@callscope/core/domain/zone.ts';

/** An hour of the company's wall clock, and what is to be known of it before anybody calls. */
export interface Hour {
  /** ms since the epoch */
  start: number;
  end: number;
  /** days since the epoch by the wall clock */
  day: number;
  /** 0 = Monday */
  weekday: number;
  /** 0 to 23: an hour that the clock shows twice has it twice */
  hour: number;
  /** 1, or less where the clock is changed by half an hour */
  length: number;
  /** some of it is working time */
  open: boolean;
  /** the day has hours of its own: a holiday or a short day; null = it is like its weekday */
  own: 'closed' | 'open' | null;
}

/** One of the past, with the calls that came in it. */
export interface PastHour extends Hour {
  calls: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const WEEK_DAYS = 7;

/** The hours that [from, to) touches, oldest first. */
export function hoursBetween(zone: string, schedule: WorkingHours, from: number, to: number): Hour[] {
  return hoursOf(zone, from, to).map((start) => {
    const end = endOfHour(zone, start);
    const wall = wallClock(zone, start);
    const day = Math.floor(wall / DAY);
    return {
      ...{ start, end, day, hour: Math.floor((wall - day * DAY) / HOUR), length: (end - start) / HOUR },
      // the first of January 1970 was a Thursday
      weekday: (((day + 3) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS,
      open: touchesWorkingTime(schedule, zone, start, end),
      own: ownHoursOf(schedule, zone, start),
    };
  });
}
