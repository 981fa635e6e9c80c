import { middleX, type Plot } from './layout.ts';
import { type ChartHour, type ChartSeries, type Counts, countOf, type Mark, whenOf } from './model.ts';

export interface Point {
  /** index of the hour */
  at: number;
  x: number;
  y: number;
  value: number;
}

export function yOf(plot: Plot, top: number, value: number): number {
  return plot.base - ((plot.base - plot.top) * value) / top;
}

/** Unbroken stretches of a series: a gap in the data breaks the line, and what has not come yet is not drawn as none. */
export function stretchesOf(
  plot: Plot,
  top: number,
  hours: readonly ChartHour[],
  series: ChartSeries,
  now: number | undefined,
): { points: Point[]; running: boolean }[] {
  return stretches(plot, top, series, hours, (hour) => (hour.noData || whenOf(hour, now) === 'later' ? null : hour.values)).map(
    (points) => {
      const last = hours[points.at(-1)?.at ?? -1];
      return { points, running: last !== undefined && whenOf(last, now) === 'running' };
    },
  );
}

/** The other period's line, whole: it has no now. */
export function comparisonStretches(
  plot: Plot,
  top: number,
  hours: readonly ChartHour[],
  series: ChartSeries,
  counts: readonly (Counts | null)[],
): Point[][] {
  return stretches(plot, top, series, hours, (_, at) => counts[at] ?? null);
}

function stretches(
  plot: Plot,
  top: number,
  series: ChartSeries,
  hours: readonly ChartHour[],
  countsOf: (hour: ChartHour, at: number) => Counts | null,
): Point[][] {
  const found: Point[][] = [];
  let open: Point[] | null = null;
  hours.forEach((hour, at) => {
    const counts = countsOf(hour, at);
    const value = counts === null ? Number.NaN : countOf(counts, series);
    if (Number.isNaN(value)) {
      open = null;
      return;
    }
    if (open === null) {
      open = [];
      found.push(open);
    }
    open.push({ at, x: middleX(plot, at), y: yOf(plot, top, value), value });
  });
  return found;
}

/** Straight from point to point. */
export function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, n) => `${n === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

const MARK_ROOM = 12;
const SPARSE_ROOM = 72;

/** Every point carries its mark; on a long period only the peak of each stretch of about 72 px does, and still tells series apart. */
export function markedPoints(plot: Plot, points: readonly Point[]): Point[] {
  if (plot.step >= MARK_ROOM) return [...points];
  const size = Math.ceil(SPARSE_ROOM / plot.step);
  const peaks = new Map<number, Point>();
  for (const point of points) {
    const bucket = Math.floor(point.at / size);
    const best = peaks.get(bucket);
    if (best === undefined || point.value > best.value) peaks.set(bucket, point);
  }
  return [...peaks.values()].filter((point) => point.value > 0);
}

/** Outline of a mark around 0,0 and, for the hatched one, the strokes inside. */
export function markPath(mark: Mark, size: number): { outline: string; inside?: string } {
  const h = round(size / 2);
  switch (mark) {
    case 'circle':
    case 'ring':
      return { outline: `M${-h} 0a${h} ${h} 0 1 0 ${2 * h} 0a${h} ${h} 0 1 0 ${-2 * h} 0z` };
    case 'triangle':
      return { outline: `M${round(-h * 1.1)} ${round(-h * 0.9)}H${round(h * 1.1)}L0 ${h}z` };
    case 'square':
      return { outline: `M${-h} ${-h}H${h}V${h}H${-h}z` };
    case 'diamond': {
      const d = round(h * 1.2);
      return { outline: `M0 ${-d}L${d} 0L0 ${d}L${-d} 0z` };
    }
    case 'peak':
      return { outline: `M${round(-h * 1.1)} ${round(h * 0.9)}H${round(h * 1.1)}L0 ${-h}z` };
    case 'plus': {
      const t = round(h * 0.4);
      const arm = round(h - t);
      return { outline: `M${-t} ${-h}h${2 * t}v${arm}h${arm}v${2 * t}h${-arm}v${arm}h${-2 * t}v${-arm}h${-arm}v${-2 * t}h${arm}z` };
    }
    case 'cross': {
      const [t, arm] = [round(h * 0.5), round(h * 1.05)];
      const inner = round(arm - t);
      return {
        outline: `M${-arm} ${-inner}L${-inner} ${-arm}L0 ${-t}L${inner} ${-arm}L${arm} ${-inner}L${t} 0L${arm} ${inner}L${inner} ${arm}L0 ${t}L${-inner} ${arm}L${-arm} ${inner}L${-t} 0z`,
      };
    }
    case 'hatched': {
      const i = round(h - 0.5);
      return { outline: `M${-i} ${-i}H${i}V${i}H${-i}z`, inside: `M${-i} 0L0 ${-i}M${-i} ${i}L${i} ${-i}M0 ${i}L${i} 0` };
    }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
