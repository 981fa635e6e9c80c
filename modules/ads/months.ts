import { daysOf, instantOf, startOfDay, wallClock } from '@callscope/core/domain/zone.ts';

/** Money is whole numbers of the currency's smallest unit (kopecks): sums are exact. Pure, so that browsers may read it too. */

/** What was spent on a line in a month. */
export interface Spend {
  /** own number as calls have it */
  number: string;
  /** 2026-11 */
  month: string;
  amount: number;
}

export const MONTH = /^(20\d\d)-(0[1-9]|1[0-2])$/;
/** More than anybody spends, and far from where numbers lose their last digit. */
export const MOST_AMOUNT = 1e13;

/** The month that a moment is in, by the company's clock. */
export function monthOf(zone: string, at: number): string {
  return new Date(wallClock(zone, at)).toISOString().slice(0, 7);
}

/** One so many months later; negative: earlier. */
export function addMonths(month: string, n: number): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + n, 1)).toISOString().slice(0, 7);
}

/** [start, end) of a month by the company's clock, ms. */
export function boundsOf(month: string, zone: string): { from: number; to: number } {
  const start = (of: string) => instantOf(zone, Date.parse(`${of}-01T00:00:00Z`));
  return { from: start(month), to: start(addMonths(month, 1)) };
}

/**
 * What of a month's spend falls into [from, to): a month is spent evenly by its days, so that a period which cuts it has as many
 * parts as days of it, of a day cut in turn its share of that day. Rounded to whole units once, line by line and month by month.
 */
export function spentOf({ month, amount }: Pick<Spend, 'month' | 'amount'>, zone: string, from: number, to: number): number {
  const of = boundsOf(month, zone);
  const begin = Math.max(from, of.from);
  const end = Math.min(to, of.to);
  if (begin >= end) return 0;
  const days = daysOf(zone, of.from, of.to);
  const touched = daysOf(zone, begin, end).map((start) => {
    const next = startOfDay(zone, start, 1);
    return (Math.min(end, next) - Math.max(begin, start)) / (next - start);
  });
  return Math.round((amount * touched.reduce((sum, part) => sum + part, 0)) / days.length);
}

/** Spend by line in [from, to); a line of which nobody has said anything has none: not 0. */
export function spentByLine(spend: readonly Spend[], zone: string, from: number, to: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of spend) {
    const { from: begins, to: ends } = boundsOf(one.month, zone);
    if (begins < to && ends > from) sums.set(one.number, (sums.get(one.number) ?? 0) + spentOf(one, zone, from, to));
  }
  return sums;
}

/** What one of so many cost, in whole units; null: nobody has said what was spent, or there was none. */
export function costOf(spend: number | null, count: number | null): number | null {
  return spend === null || !count ? null : Math.round(spend / count);
}

/**
 * What may be lost with callers whom nobody has reached: what their calls cost, of the line's cost per call before it is rounded.
 * @param open callers who wait
 */
export function atRisk(open: number, spend: number | null, calls: number | null): number | null {
  if (open === 0) return 0;
  return spend === null || !calls ? null : Math.round((open * spend) / calls);
}
