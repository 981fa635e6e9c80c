import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import type { Every } from './forms.ts';

export interface Schedule {
  every: Every;
  /** 1 = Monday */
  weekday: number;
  /** of a month; in a shorter one its last */
  day: number;
  /** of the company's day */
  minute: number;
}

const DAY = 86_400_000;

/**
 * The first time after `after` (ms since the epoch) at which a schedule is due, by the clock on the company's wall: a time that
 * a change of the clock leaves out comes as long after it, one that it shows twice comes the first time.
 */
export function nextDue({ every, weekday, day, minute }: Schedule, zone: string, after: number): number {
  const at = (wallDay: number) => instantOf(zone, wallDay + minute * 60_000);
  const today = Math.floor(wallClock(zone, after) / DAY) * DAY;
  if (every === 'month') {
    const now = new Date(today);
    for (let month = now.getUTCMonth(); ; month++) {
      const last = new Date(Date.UTC(now.getUTCFullYear(), month + 1, 0)).getUTCDate();
      const due = at(Date.UTC(now.getUTCFullYear(), month, Math.min(day, last)));
      if (due > after) return due;
    }
  }
  // 1 January 1970 was a Thursday
  const isDay = (wallDay: number) => every === 'day' || ((wallDay / DAY + 3) % 7) + 1 === weekday;
  for (let wallDay = today; ; wallDay += DAY) {
    const due = at(wallDay);
    if (isDay(wallDay) && due > after) return due;
  }
}

/** Of what was due from `first` on, the last that is not later than `now`: letters of days that nobody could send are not caught up on. */
export function lastDue(schedule: Schedule, zone: string, first: number, now: number): number {
  for (let due = first; ; ) {
    const next = nextDue(schedule, zone, due);
    if (next > now) return due;
    due = next;
  }
}
