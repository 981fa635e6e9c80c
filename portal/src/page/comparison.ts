import { type Compared, type Comparison, comparedPeriod, readComparison } from '@callscope/analytics/compare/period.ts';
import type { Format } from '#format/format.ts';
import { daysOf, type Period } from './period.ts';

export { type Compared, type Comparison, daysBefore } from '@callscope/analytics/compare/period.ts';

export function comparisonFrom(text: string | null): Comparison {
  return readComparison(text ?? '') ?? 'weeks';
}

/** @returns null when nothing is to be compared */
export function comparedBy(how: Comparison, { preset, from, to }: Period, zone: string, now: number): Compared | null {
  return comparedPeriod(how, { from, to, isMonth: preset === 'month' || preset === 'last-month' }, zone, now);
}

/** As many weeks back as the days of the week need to fall on themselves and the two not to overlap. */
export function comparedWith(period: Pick<Period, 'from' | 'to'>, zone: string, now: number): Compared {
  return comparedBy('weeks', { preset: 'days', ...period }, zone, now) as Compared;
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
