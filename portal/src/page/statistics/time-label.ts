import { DIMENSIONS, type Time } from '@callscope/analytics/catalog/dimensions.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Format } from '#format/format.ts';
import type { ChartHour } from '#ui/chart/model.ts';
import { isOneDay } from '../comparison.ts';

/** When it ends. @param start of an hour, day, week or month */
export function endOfTime(by: Time, start: number, zone: string): number {
  return (DIMENSIONS[by].calls(new Date(start).toISOString(), zone) as CallFilter).to ?? start;
}

/** 12:00–13:00; 24.11; 23.11–29.11; ноябрь 2026. A first and last week say the days that were asked for. */
export function timeLabel(by: Time, start: number, filter: CallFilter, zone: string, format: Format): ChartHour['label'] {
  const end = endOfTime(by, start, zone);
  const { from = start, to = end } = filter;
  const dayOf = (at: number) => format.day(format.dayOf(at), false);
  if (by === 'day') return { start: dayOf(start), end: '' };
  if (by === 'month') return { start: format.monthYear(format.dayOf(start)), end: '' };
  if (by === 'week') return { start: dayOf(Math.max(start, from)), end: dayOf(Math.min(end, to) - 1) };
  const close = format.timeShort(end);
  return {
    start: format.hourMinute(format.timeShort(start)),
    end: close === '00:00' ? '24:00' : format.hourMinute(close),
    ...(isOneDay({ from, to }, zone) ? {} : { day: dayOf(start) }),
  };
}

/** 23.11–29.11; one that is a single day or moment is said once. */
export function rangeText(start: string, end: string): string {
  return end === '' || end === start ? start : `${start}–${end}`;
}
