import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';

const DAY = 86_400_000;

/** What a period is compared with: one as long, some days earlier. */
export interface Compared {
  /** by the calendar, from its start to that of the period */
  days: number;
  /** ms since the epoch, included */
  from: number;
  /** excluded: as long as the period itself; of whole months, as long as the month */
  to: number;
  /** the same moment as now: what is compared ends here, never later */
  until: number;
}

/**
 * weeks: the same days of the week, as few weeks back as keep the two apart; previous: what lies just before, of a calendar month the
 * month before; year: the same days of the week 52 weeks before; a day (2026-10-01): as long, from this day on.
 */
export type Comparison = 'off' | 'weeks' | 'previous' | 'year' | `${number}-${number}-${number}`;

/** @returns null: none of them */
export function readComparison(text: string): Comparison | null {
  if (text === 'off' || text === 'weeks' || text === 'previous' || text === 'year') return text;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDay ? (text as Comparison) : null;
}

export interface AskedPeriod {
  from: number;
  to: number;
  /** a calendar month, or what has passed of one */
  isMonth: boolean;
}

/** @returns null when nothing is to be compared */
export function comparedPeriod(how: Comparison, { from, to, isMonth }: AskedPeriod, zone: string, now: number): Compared | null {
  if (how === 'off') return null;
  const period = { from, to };
  const length = Math.ceil((wallClock(zone, to) - wallClock(zone, from)) / DAY);
  if (how === 'weeks') return shifted(period, zone, now, 7 * Math.max(1, Math.ceil(length / 7)));
  if (how === 'year') return shifted(period, zone, now, 364);
  if (how !== 'previous') return shifted(period, zone, now, Math.round((startOfWallDay(zone, from) - Date.parse(how)) / DAY));
  if (!isMonth) return shifted(period, zone, now, length);
  const first = firstOfMonth(zone, from, -1);
  const { days, until } = shifted(period, zone, now, Math.round((wallClock(zone, from) - wallClock(zone, first)) / DAY));
  // a month that is over compares whole, however long the one before was
  return { days, from: first, to: from, until: now >= to ? from : Math.min(until, from) };
}

/** Whether these instants are the bounds of a calendar month. */
export function isWholeMonth(zone: string, from: number, to: number): boolean {
  return firstOfMonth(zone, from, 0) === from && firstOfMonth(zone, from, 1) === to;
}

/** The moment at which the clock on the wall showed the same, so many days earlier. */
export function daysBefore(zone: string, at: number, days: number): number {
  return instantOf(zone, wallClock(zone, at) - days * DAY);
}

function shifted({ from, to }: { from: number; to: number }, zone: string, now: number, days: number): Compared {
  const before = (at: number) => daysBefore(zone, at, days);
  return { days, from: before(from), to: before(to), until: before(Math.min(Math.max(now, from), to)) };
}

function firstOfMonth(zone: string, at: number, months: number): number {
  const wall = new Date(wallClock(zone, at));
  return instantOf(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, 1));
}

function startOfWallDay(zone: string, at: number): number {
  return Math.floor(wallClock(zone, at) / DAY) * DAY;
}
