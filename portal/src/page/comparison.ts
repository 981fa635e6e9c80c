import { instantOf, wallClock } from '@callscope/core/domain/zone.ts';
import type { Format } from '#format/format.ts';
import { daysOf, type Period } from './period.ts';

const DAY = 86_400_000;

/** What a period is compared with: the same days of the week, whole weeks earlier. */
export interface Compared {
  weeks: number;
  /** ms since the epoch, included */
  from: number;
  /** excluded: as long as the period itself */
  to: number;
  /** the same moment as now: what is compared ends here, never later */
  until: number;
}

/** As many weeks back as the days of the week need to fall on themselves and the two not to overlap. */
export function comparedWith({ from, to }: Pick<Period, 'from' | 'to'>, zone: string, now: number): Compared {
  const days = (wallClock(zone, to) - wallClock(zone, from)) / DAY;
  const weeks = Math.max(1, Math.ceil(days / 7));
  const before = (at: number) => weeksBefore(zone, at, weeks);
  return { weeks, from: before(from), to: before(to), until: before(Math.min(Math.max(now, from), to)) };
}

/** The moment at which the clock on the wall showed the same, so many weeks earlier. */
export function weeksBefore(zone: string, at: number, weeks: number): number {
  return instantOf(zone, wallClock(zone, at) - weeks * 7 * DAY);
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
