/** What a chart by hours is given. Language, zone and number format belong to the caller: nothing here spells a word. */

/** A colour token of app.css. */
export type Tone = 'answered' | 'outgoing' | 'missed' | 'failed' | 'ghost' | RowTone;
/** Of rows that mean nothing by themselves: numbers, people, groups. */
export type RowTone = `row${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/** Shape that tells a series without colour. */
export type Mark = 'square' | 'hatched' | 'circle' | 'triangle' | 'diamond' | 'peak' | 'plus' | 'cross' | 'ring';

export type Kind = 'bars' | 'lines';

/** NaN: no data, as a mean over no calls */
export type Counts = Readonly<Record<string, number>>;

export interface ChartSeries {
  id: string;
  label: string;
  /** for heads of tables and a narrow legend; the label where absent. A soft hyphen says where a phone may break it */
  short?: string;
  tone: Tone;
  mark: Mark;
  /** which way is good; absent where neither is (a difference then stays neutral) */
  better?: 'more' | 'less';
}

export interface ChartHour {
  /** Unix ms; hours stand in the order of time and may leave gaps (working hours of several days) */
  start: number;
  end: number;
  /** in the company's zone: "12:00", "13:00"; day ("23 нояб.") as soon as the period is longer than one */
  label: { start: string; end: string; day?: string };
  values: Counts;
  /** nothing was recorded then (a gap), which is not the same as no calls */
  noData?: boolean;
}

export interface Comparison {
  /** "16 ноября" */
  label: string;
  /** one for each hour of the chart; null where the other period has none */
  hours: readonly (Counts | null)[];
  /** the other period's counts of the running hour up to the same moment; without it that hour shows no difference */
  current?: Counts;
}

export interface Incident {
  /** Unix ms */
  from: number;
  to: number;
  label: string;
  /** the log of that time */
  href?: string;
}

export interface ChartFormat {
  number(value: number): string;
  /** Unix ms as the time of day in the company's zone */
  time(at: number): string;
  /** signed, as the contract's formats say: "+8", "−3,1 %" */
  difference(value: number, base: number): string;
}

/** Where the calls behind a figure are; null means all calls of the hour. */
export type HourHref = (hour: ChartHour, series: ChartSeries | null) => string;

export interface ChartWords {
  /** name of the group of two buttons */
  kind: string;
  lines: string;
  bars: string;
  /** why bars cannot be had: the period is too long */
  barsTooLong: string;
  /** name of the legend */
  series: string;
  /** why the last shown series cannot be switched off */
  lastSeries: string;
  noData: string;
  allCalls: string;
  /** how to walk the chart by keys, for readers */
  keys: string;
  interval(start: string, end: string): string;
  /** the running hour, counted up to now */
  until(time: string): string;
}

export type When = 'past' | 'running' | 'later';

export function whenOf(hour: ChartHour, now: number | undefined): When {
  if (now === undefined || hour.end <= now) return 'past';
  return hour.start > now ? 'later' : 'running';
}

export function countOf(counts: Counts | null | undefined, series: ChartSeries): number {
  return counts?.[series.id] ?? 0;
}

export function totalOf(hours: readonly ChartHour[], series: ChartSeries): number {
  return hours.reduce((sum, hour) => sum + (hour.noData ? 0 : countOf(hour.values, series)), 0);
}

export interface Reading {
  /** null: not there yet, or not recorded */
  value: number | null;
  /** null: no comparison for this hour */
  base: number | null;
  /** both cover the same stretch of time, so that a difference means something */
  comparable: boolean;
}

/** One figure with what it is compared to. The running hour compares to the same moment, never to a whole hour. */
export function readingOf(
  hours: readonly ChartHour[],
  at: number,
  series: ChartSeries,
  comparison: Comparison | undefined,
  now: number | undefined,
): Reading {
  const hour = hours[at];
  if (hour === undefined) return { value: null, base: null, comparable: false };
  const when = whenOf(hour, now);
  const value = when === 'later' || hour.noData ? null : dataOf(countOf(hour.values, series));
  const sameMoment = when === 'running' && comparison?.current !== undefined;
  const counts = sameMoment ? comparison?.current : comparison?.hours[at];
  const base = counts == null ? null : countOf(counts, series);
  return { value, base, comparable: value !== null && base !== null && (when === 'past' || sameMoment) };
}

function dataOf(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

export function judge(series: ChartSeries, reading: Reading): 'good' | 'bad' | 'neutral' {
  const { value, base } = reading;
  if (series.better === undefined || value === null || base === null || value === base) return 'neutral';
  return value > base === (series.better === 'more') ? 'good' : 'bad';
}

/** Highest count that will be drawn: it decides the scale. */
export function peakOf(hours: readonly ChartHour[], shown: readonly ChartSeries[], comparison: Comparison | undefined): number {
  let peak = 0;
  for (const series of shown) {
    for (const hour of hours) if (!hour.noData) peak = Math.max(peak, countOf(hour.values, series));
    for (const counts of comparison?.hours ?? []) peak = Math.max(peak, countOf(counts, series));
  }
  return peak;
}
