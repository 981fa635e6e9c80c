import { type ChartFormat, type ChartHour, type ChartWords, readingOf } from './model.ts';
import type { View } from './view.ts';

/** "12:00–13:00", with the day where the period is longer than one. */
export function hourName(hour: ChartHour, words: Pick<ChartWords, 'interval'>): string {
  const interval = words.interval(hour.label.start, hour.label.end);
  return hour.label.day === undefined ? interval : `${hour.label.day}, ${interval}`;
}

/** What a reader says of one figure: all that the tip shows of it. */
export function spotName(view: Omit<View, 'name'>, at: number, row: number, format: ChartFormat, words: ChartWords): string {
  const hour = view.hours[at];
  if (hour === undefined) return '';
  const series = view.shown[row];
  if (series === undefined) return `${hourName(hour, words)}: ${words.allCalls}`;
  const { value, base, comparable } = readingOf(view.hours, at, series, view.comparison, view.now);
  const figure = `${hourName(hour, words)}, ${series.label}: ${value === null ? '–' : format.number(value)}`;
  if (base === null || view.comparison === undefined) return figure;
  const other = `${figure}; ${view.comparison.label}: ${format.number(base)}`;
  return comparable && value !== null ? `${other}; ${format.difference(value, base)}` : other;
}
