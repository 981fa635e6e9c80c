import type { ChartHour, Kind } from './model.ts';

const BAR = 10;
const GAP = 2;
/** Space that keeps neighbouring hours apart. */
const APART = 4;
/** Below this a chart is under a finger: its bars stay thick enough to be hit, and it scrolls instead. */
const NARROW = 480;
/** Bars of more hours than two days are a comb that nobody reads. */
export const BARS_UP_TO = 50;
const LEAST_LINE_STEP = 16;
/** 31 days fit a panel of a desk; a phone scrolls a little. */
const LEAST_DENSE_STEP = { desk: 0.6, narrow: 1 };
const RIGHT = 18;
const FOOT = 24;

/** Pixels. The plot lies between left and width - right, top and base; each hour takes one step. */
export interface Plot {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  base: number;
  step: number;
  /** too many hours to give each its own marks and links */
  dense: boolean;
}

export interface PlotAsk {
  width: number;
  height: number;
  hours: number;
  series: number;
  kind: Kind;
  /** characters of the widest tick */
  digits: number;
  /** a line for the incidents' words above the plot */
  banner: boolean;
}

export function plotOf(ask: PlotAsk): Plot {
  const dense = ask.hours > BARS_UP_TO;
  const narrow = ask.width < NARROW;
  const left = Math.max(26, 12 + ask.digits * 7);
  const hours = Math.max(ask.hours, 1);
  const least = dense
    ? LEAST_DENSE_STEP[narrow ? 'narrow' : 'desk']
    : ask.kind === 'lines'
      ? LEAST_LINE_STEP
      : leastBarStep(ask.series, narrow);
  const width = Math.max(ask.width, left + RIGHT + least * hours);
  return {
    width,
    height: ask.height,
    left,
    right: RIGHT,
    top: ask.banner ? 26 : 14,
    base: ask.height - FOOT,
    step: (width - left - RIGHT) / hours,
    dense,
  };
}

function leastBarStep(series: number, narrow: boolean): number {
  const bar = narrow ? 8 : 4;
  return groupWidth(Math.max(series, 1), bar) + APART;
}

function groupWidth(count: number, bar: number): number {
  return count * bar + (count - 1) * gapBeside(bar);
}

function gapBeside(bar: number): number {
  return bar < 7 ? 1 : GAP;
}

export interface BarSlot {
  x: number;
  width: number;
}

/** Bars of one hour side by side, in the middle between its borders; thinner when the hour is, whole pixels for crisp edges. */
export function barsOf(plot: Plot, at: number, count: number): BarSlot[] {
  let bar = BAR;
  while (bar > 2 && groupWidth(count, bar) + APART > plot.step) bar -= 1;
  const first = Math.round(plot.left + (at + 0.5) * plot.step - groupWidth(count, bar) / 2);
  return Array.from({ length: count }, (_, n) => ({ x: first + n * (bar + gapBeside(bar)), width: bar }));
}

/** Of a count; something always shows for one call, nothing for none. */
export function heightOf(plot: Plot, top: number, value: number): number {
  if (value <= 0) return 0;
  return Math.max(2, Math.round(((plot.base - plot.top) * value) / top));
}

export function borderX(plot: Plot, border: number): number {
  return plot.left + border * plot.step;
}

export function middleX(plot: Plot, at: number): number {
  return plot.left + (at + 0.5) * plot.step;
}

/** Which hour lies at x, or null beside the plot. */
export function hourAt(plot: Plot, hours: number, x: number): number | null {
  const at = Math.floor((x - plot.left) / plot.step);
  return at >= 0 && at < hours ? at : null;
}

/** Where a moment stands; null outside of the hours shown. A moment that falls between two hours stands on their border. */
export function momentX(plot: Plot, hours: readonly ChartHour[], at: number): number | null {
  const first = hours[0];
  const last = hours.at(-1);
  if (first === undefined || last === undefined || at < first.start || at > last.end) return null;
  const index = hours.findIndex((hour) => at < hour.end);
  if (index < 0) return borderX(plot, hours.length);
  const hour = hours[index] as ChartHour;
  return borderX(plot, index + Math.max(0, (at - hour.start) / (hour.end - hour.start)));
}

/** The same for a stretch of time, cut to what is shown. */
export function stretchX(plot: Plot, hours: readonly ChartHour[], from: number, to: number): { x: number; width: number } | null {
  const first = hours[0];
  const last = hours.at(-1);
  if (first === undefined || last === undefined || to <= first.start || from >= last.end) return null;
  const x = momentX(plot, hours, Math.max(from, first.start)) ?? plot.left;
  const end = momentX(plot, hours, Math.min(to, last.end)) ?? x;
  // a fault of seconds is still seen
  return { x, width: Math.max(end - x, 2) };
}

/** Runs of neighbouring hours that share a property: hours without data become one hatch with one label. */
export function runsOf(hours: readonly ChartHour[], has: (hour: ChartHour) => boolean): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  hours.forEach((hour, at) => {
    if (!has(hour)) return;
    const open = runs.at(-1);
    if (open?.to === at) open.to = at + 1;
    else runs.push({ from: at, to: at + 1 });
  });
  return runs;
}

const TIP_ROOM = 300;
const TIP_AWAY = 8;

export type TipPlace = { side: 'right' | 'left'; offset: number } | { side: 'below' };

/** The tip stands beside its hour and never over it; where neither side has room it goes under the chart. */
export function tipPlace(column: { left: number; right: number }, boxWidth: number): TipPlace {
  if (boxWidth - column.right - TIP_AWAY >= TIP_ROOM) return { side: 'right', offset: column.right + TIP_AWAY };
  if (column.left - TIP_AWAY >= TIP_ROOM) return { side: 'left', offset: boxWidth - column.left + TIP_AWAY };
  return { side: 'below' };
}
