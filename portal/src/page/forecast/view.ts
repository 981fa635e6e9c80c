import type { Forecast, ForecastHour } from '@callscope/analytics/forecast/forecast.ts';
import type { Format } from '#format/format.ts';
import { dayParts } from '#format/moment.ts';
import type { ForecastPoint } from '#ui/chart/forecast.ts';

/** A day of the forecast as the page shows it. */
export interface ForecastDayView {
  /** 2026-11-23 */
  day: string;
  /** сб 28.11 */
  label: string;
  own: 'closed' | 'open' | null;
  hours: readonly ForecastHour[];
  points: ForecastPoint[];
  expected: number;
  /** null: how long a call takes is not known */
  people: number | null;
  peopleHigh: number | null;
  /** of all hours: what is to be paid for */
  personHours: number | null;
  /** calls that came so far; null: the day has not begun */
  actual: number | null;
}

/** @param isWeek hours of several days stand beside each other: each says its day */
export function daysOf({ days }: Forecast, format: Format, weekdaysShort: readonly string[], isWeek: boolean): ForecastDayView[] {
  return days.map(({ start, own, hours }) => {
    const day = format.dayOf(start);
    const label = `${weekdaysShort[dayParts(day).weekday]} ${format.day(day, false)}`;
    const people = hours.map((hour) => hour.people);
    const isKnown = !people.includes(null);
    const begun = hours.filter((hour) => hour.actual !== null);
    return {
      ...{ day, label, own, hours },
      points: hours.map((hour) => ({ ...hour, label: { ...labelOf(hour, format), ...(isWeek ? { day: label } : {}) } })),
      expected: hours.reduce((sum, hour) => sum + hour.expected, 0),
      people: isKnown ? Math.max(...people.map(Number)) : null,
      peopleHigh: isKnown ? Math.max(...hours.map((hour) => hour.peopleHigh ?? 0)) : null,
      personHours: isKnown ? hours.reduce((sum, { people: n, start: from, end }) => sum + (n ?? 0) * ((end - from) / 3_600_000), 0) : null,
      actual: begun.length === 0 ? null : begun.reduce((sum, hour) => sum + (hour.actual ?? 0), 0),
    };
  });
}

/** 13:00; the end of a day is 24:00, so that it does not read as its beginning. */
function labelOf({ start, end }: ForecastHour, format: Format): { start: string; end: string } {
  const until = format.timeShort(end);
  return { start: format.hourMinute(format.timeShort(start)), end: until === '00:00' ? '24:00' : format.hourMinute(until) };
}

/** 9–20; one figure where both ends are the same. */
export function rangeText(low: number, high: number, format: Format): string {
  return low === high ? format.number(low) : `${format.number(low)}–${format.number(high)}`;
}
