import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import type { Format } from '#format/format.ts';
import { daysOf, type Period } from './period.ts';

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

export function comparisonFrom(text: string | null): Comparison {
  if (text === 'off' || text === 'previous' || text === 'year') return text;
  const isDay = text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDay ? (text as Comparison) : 'weeks';
}

/** @returns null when nothing is to be compared */
export function comparedBy(how: Comparison, period: Period, zone: string, now: number): Compared | null {
  if (how === 'off') return null;
  const { from, to } = period;
  const length = Math.ceil((wallClock(zone, to) - wallClock(zone, from)) / DAY);
  if (how === 'weeks') return shifted(period, zone, now, 7 * Math.max(1, Math.ceil(length / 7)));
  if (how === 'year') return shifted(period, zone, now, 364);
  if (how !== 'previous') return shifted(period, zone, now, Math.round((startOfWallDay(zone, from) - Date.parse(how)) / DAY));
  if (period.preset !== 'month' && period.preset !== 'last-month') return shifted(period, zone, now, length);
  const first = monthBefore(zone, from);
  const { days, until } = shifted(period, zone, now, Math.round((wallClock(zone, from) - wallClock(zone, first)) / DAY));
  // a month that is over compares whole, however long the one before was
  return { days, from: first, to: from, until: now >= to ? from : Math.min(until, from) };
}

/** As many weeks back as the days of the week need to fall on themselves and the two not to overlap. */
export function comparedWith(period: Pick<Period, 'from' | 'to'>, zone: string, now: number): Compared {
  return comparedBy('weeks', { preset: 'days', ...period }, zone, now) as Compared;
}

function shifted({ from, to }: Pick<Period, 'from' | 'to'>, zone: string, now: number, days: number): Compared {
  const before = (at: number) => daysBefore(zone, at, days);
  return { days, from: before(from), to: before(to), until: before(Math.min(Math.max(now, from), to)) };
}

/** The moment at which the clock on the wall showed the same, so many days earlier. */
export function daysBefore(zone: string, at: number, days: number): number {
  return instantOf(zone, wallClock(zone, at) - days * DAY);
}

function monthBefore(zone: string, at: number): number {
  const wall = new Date(wallClock(zone, at));
  return instantOf(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - 1, 1));
}

function startOfWallDay(zone: string, at: number): number {
  return Math.floor(wallClock(zone, at) / DAY) * DAY;
}

export function isOneDay(period: Pick<Period, 'from' | 'to'>, zone: string): boolean {
  const { from, to } = daysOf(period, zone);
  return from === to;
}

export function isNow({ from, to }: Pick<Period, 'from' | 'to'>, now: number): boolean {
  return from <= now && now < to;
}

/** «среда 18 ноября», «2–6 ноября 2026» */
export function comparedDay(compared: Compared, zone: string, format: Format): string {
  // a running period names the days that are compared, not those that come after
  const days = daysOf({ from: compared.from, to: Math.max(compared.until, compared.from + 1) }, zone);
  return format.period(days, { capital: false });
}
