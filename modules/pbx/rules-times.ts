import { isWorkingTime, ownHoursOf, WEEKDAYS, type Weekday, type WorkingHours } from '@callscope/core/domain/schedule.ts';

const DAY = 86_400_000;

/** working: within the company's working hours; off: outside them; holiday: a day that is closed though its weekday is not. */
export const CALENDARS = ['any', 'working', 'off', 'holiday'] as const;

/** Times of the wall clock. All that is said must hold; an empty list says nothing. */
export interface Period {
  days: readonly Weekday[];
  /** HH:MM, included */
  from: string;
  /** HH:MM, excluded; 24:00 is the end of the day. Before `from`: on the next day, and days and dates are those of its beginning */
  to: string;
  /** YYYY-MM-DD, both included */
  dates: readonly { from: string; to: string }[];
  calendar: (typeof CALENDARS)[number];
}

/**
 * Whether the wall clock is within a period. An hour that the clock shows twice is in it twice, one that it skips is never.
 * Function edge.in_period (sql/postgres/0050_pbx_routes.sql) answers the same for the edge.
 * @param wall as `wallClock` gives it
 * @param hours the company's working hours; null: always open, which has no time off and no holidays
 */
export function isInPeriod({ days, from, to, dates, calendar }: Period, hours: WorkingHours, wall: number): boolean {
  const now = new Date(wall).toISOString();
  const time = now.slice(11, 16);
  const isOverMidnight = to <= from;
  const isLate = isOverMidnight && time < to;
  if (!isLate && (time < from || (!isOverMidnight && time >= to))) return false;
  const began = wall - (isLate ? DAY : 0);
  const date = new Date(began).toISOString().slice(0, 10);
  const weekday = WEEKDAYS[(new Date(began).getUTCDay() + 6) % 7] as Weekday;
  if (days.length > 0 && !days.includes(weekday)) return false;
  if (dates.length > 0 && !dates.some((d) => d.from <= date && date <= d.to)) return false;
  // a wall clock is read like that of UTC
  if (calendar === 'holiday') return ownHoursOf(hours, 'UTC', began) === 'closed';
  return calendar === 'any' || isWorkingTime(hours, 'UTC', wall) === (calendar === 'working');
}
