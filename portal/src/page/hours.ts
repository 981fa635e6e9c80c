import type { Mark as MeasureMark } from '@callscope/analytics/catalog/measure.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Language } from '@callscope/analytics/catalog/words.ts';
import { chartOf } from '@callscope/analytics/present/chart.ts';
import type { Figures } from '@callscope/analytics/query/answer.ts';
import { drill } from '@callscope/analytics/query/drill.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { Format } from '#format/format.ts';
import type { ChartHour, ChartSeries, Comparison, Counts } from '#ui/chart/model.ts';
import { daysBefore, isOneDay } from './comparison.ts';
import type { HourlyData } from './hourly-load.ts';
import { SYMBOLS } from './measure-lines.ts';
import { daysOf } from './period.ts';

/** Calls by hour as chart and table take them. */
export interface HourView {
  hours: ChartHour[];
  series: ChartSeries[];
  comparison: Comparison | undefined;
  /** the calls behind a figure; null series = all calls, null hour = all hours */
  calls(hour: ChartHour | null, series: ChartSeries | null): CallFilter | null;
}

export interface HourChoice {
  /** leaves out hours at both ends in which nobody called; a working day always stays */
  trim?: boolean;
  /** by id of a series, where the catalogue's label is too long for the place */
  labels?: Readonly<Record<string, string>>;
  /** the same for heads of narrow tables; a soft hyphen says where they may break */
  shorts?: Readonly<Record<string, string>>;
}

const MINUTES_A_DAY = 1_440;
const WORKDAY = { from: 8 * 60, to: 20 * 60 };

/** @param filter with its period */
export function hourViewOf(
  filter: CallFilter,
  company: Company,
  { answer, compared }: HourlyData,
  format: Format,
  choice: HourChoice = {},
): HourView {
  const { zone } = company;
  const plan = planReport(hourly, filter, company);
  const chart = chartOf(plan, answer);
  if (chart === null) throw new Error('the hourly report is drawn');
  const language: Language = format.locale;
  const isLong = !isOneDay({ from: filter.from ?? 0, to: filter.to ?? 0 }, zone);
  const before = new Map(compared?.answer.rows.map(({ key, figures }) => [Date.parse(key ?? ''), figures]));
  const all = chart.categories.flatMap(({ interval }, at) => {
    if (interval === null || !isAsked(interval.from, filter, zone)) return [];
    const hour: ChartHour = {
      start: interval.from,
      end: interval.to,
      label: { ...labelOf(interval, format), ...(isLong ? { day: format.day(format.dayOf(interval.from), false) } : {}) },
      values: Object.fromEntries(chart.series.map(({ id, points }) => [id, points[at]?.value ?? 0])),
    };
    const past = compared ? before.get(daysBefore(zone, interval.from, compared.days)) : undefined;
    return [{ hour, at, past: past ? countsOf(past) : null }];
  });
  const shown = choice.trim && !isLong ? trimmed(all, zone) : all;
  const places = new Map(shown.map(({ hour, at }) => [hour.start, at]));
  return {
    hours: shown.map(({ hour }) => hour),
    series: chart.series.map(({ id, mark }) => seriesOf(id, mark, language, choice)),
    comparison: compared
      ? {
          label: format.period(daysOf(compared, zone), { capital: false, weekday: false }),
          hours: shown.map(({ past }) => past),
          current: countsOf(compared.current),
        }
      : undefined,
    calls: (hour, series) => {
      if (hour === null) return drill(plan, null, (series?.id as MeasureId | undefined) ?? null);
      const at = places.get(hour.start) ?? -1;
      const points = chart.series.find(({ id }) => id === series?.id)?.points;
      return (points ? points[at]?.drill : chart.categories[at]?.drill) ?? null;
    },
  };
}

function seriesOf(id: MeasureId, mark: MeasureMark, language: Language, choice: HourChoice): ChartSeries {
  const { label, short, better } = MEASURES[id];
  const brief = choice.shorts?.[id] ?? short?.[language];
  return {
    id,
    label: choice.labels?.[id] ?? label[language],
    ...(brief === undefined ? {} : { short: brief }),
    ...(better === null ? {} : { better }),
    tone: mark.colour === 'muted' ? 'ghost' : mark.colour,
    mark: SYMBOLS[mark.symbol],
  };
}

/** 13:00; the end of a day is 24:00, so that it does not read as its beginning. */
function labelOf({ from, to }: { from: number; to: number }, format: Format): { start: string; end: string } {
  const end = format.timeShort(to);
  return { start: format.hourMinute(format.timeShort(from)), end: end === '00:00' ? '24:00' : format.hourMinute(end) };
}

function countsOf(figures: Figures): Counts {
  return Object.fromEntries(Object.entries(figures).map(([id, value]) => [id, value ?? 0]));
}

/** Hours that the filter's time of day and weekdays leave out are not drawn: nothing was asked of them. */
function isAsked(start: number, { time, weekday }: CallFilter, zone: string): boolean {
  const wall = new Date(wallClock(zone, start));
  const minute = minuteOf(start, zone);
  const isInTime =
    time === undefined || (time.from < time.to ? minute < time.to && minute + 60 > time.from : minute < time.to || minute + 60 > time.from);
  return isInTime && (weekday === undefined || weekday.includes(wall.getUTCDay() || 7));
}

function minuteOf(at: number, zone: string): number {
  return Math.floor(wallClock(zone, at) / 60_000) % MINUTES_A_DAY;
}

/** No figure goes with the hours: those of the day that is compared are only drawn. */
function trimmed<H extends { hour: ChartHour }>(hours: readonly H[], zone: string): readonly H[] {
  const isKept = ({ hour }: H) => {
    const minute = minuteOf(hour.start, zone);
    const isBusy = Object.values(hour.values).some((n) => n > 0);
    return isBusy || (minute >= WORKDAY.from && minute < WORKDAY.to);
  };
  return hours.slice(hours.findIndex(isKept), hours.findLastIndex(isKept) + 1);
}
