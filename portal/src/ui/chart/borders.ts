import { borderX, type Plot } from './layout.ts';
import type { ChartHour } from './model.ts';

export interface BorderLabel {
  x: number;
  text: string;
  /** a new day begins here */
  day: boolean;
}

const HOUR_ROOM = 40;
const DAY_ROOM = 50;
/** Steps that keep to round hours of the clock. */
const EVERY = [1, 2, 3, 4, 6, 12, 24];

/**
 * Labels on the borders between the hours (12:00 | bars | 13:00). Where a day begins its name stands instead; a long period
 * has only those.
 */
export function borderLabels(plot: Plot, hours: readonly ChartHour[]): BorderLabel[] {
  const days = dayBorders(plot, hours);
  // they begin at their border, so the last one may not fit any more
  if (plot.dense) return apart(days, DAY_ROOM).filter((day) => day.x + DAY_ROOM <= plot.width);
  const every = EVERY.find((n) => n * plot.step >= HOUR_ROOM) ?? 24;
  const labels: BorderLabel[] = days.filter((day) => day.x > plot.left);
  for (let border = 0; border <= hours.length; border += every) {
    const x = borderX(plot, border);
    if (labels.some((label) => label.day && Math.abs(label.x - x) < HOUR_ROOM)) continue;
    const text = hours[border]?.label.start ?? hours[border - 1]?.label.end;
    if (text !== undefined) labels.push({ x, text, day: false });
  }
  return labels.sort((a, b) => a.x - b.x);
}

/** All borders of days, labelled or not: each gets a line. The first hour counts as one. */
export function dayBorders(plot: Plot, hours: readonly ChartHour[]): BorderLabel[] {
  return hours.flatMap((hour, at) => {
    const { day } = hour.label;
    return day === undefined || day === hours[at - 1]?.label.day ? [] : [{ x: borderX(plot, at), text: day, day: true }];
  });
}

/** Every nth, so that the distance stays even. */
function apart(labels: BorderLabel[], room: number): BorderLabel[] {
  const [first, second] = labels;
  if (first === undefined || second === undefined) return labels;
  const every = Math.max(1, Math.ceil(room / (second.x - first.x)));
  return labels.filter((_, n) => n % every === 0);
}
