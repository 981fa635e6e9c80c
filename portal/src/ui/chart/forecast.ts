import { middleX, type Plot } from './layout.ts';
import { yOf } from './lines.ts';

/** An hour of a forecast as it is drawn. Language, zone and number format belong to the caller. */
export interface ForecastPoint {
  /** Unix ms */
  start: number;
  end: number;
  /** in the company's zone: "12:00", "13:00"; day as soon as the period is longer than one */
  label: { start: string; end: string; day?: string };
  expected: number;
  low: number;
  high: number;
  people: number | null;
  peopleHigh: number | null;
  /** some of it is working time */
  open: boolean;
  /** null: the hour has not begun */
  actual: number | null;
}

export interface ForecastWords {
  expected: string;
  band: string;
  actual: string;
  people: string;
  peopleHigh: string;
  /** how the drawing is read by keys */
  keys: string;
  /** the reading of one hour, in a sentence */
  read(point: ForecastPoint): string;
}

/** The part of the drawing that tells of people lies under the calls. */
export const PEOPLE_HEIGHT = 76;
const PEOPLE_GAP = 34;

export interface PeoplePlot {
  top: number;
  base: number;
}

export function peoplePlot(plot: Plot): PeoplePlot {
  const top = plot.height + PEOPLE_GAP - 24;
  return { top, base: top + PEOPLE_HEIGHT };
}

/** Outline of the band: along its upper edge and back along its lower one. */
export function bandPath(plot: Plot, top: number, points: readonly ForecastPoint[]): string {
  const edge = (value: (point: ForecastPoint) => number) =>
    points.map((point, at) => `${round(middleX(plot, at))} ${round(yOf(plot, top, value(point)))}`);
  const upper = edge(({ high }) => high);
  const lower = edge(({ low }) => low).reverse();
  return upper.length === 0 ? '' : `M${[...upper, ...lower].join('L')}Z`;
}

/** Line through a figure of each hour; hours without one break it. */
export function linePath(
  plot: Plot,
  top: number,
  points: readonly ForecastPoint[],
  value: (point: ForecastPoint) => number | null,
): string {
  let isOpen = false;
  return points
    .map((point, at) => {
      const figure = value(point);
      if (figure === null) {
        isOpen = false;
        return '';
      }
      const step = `${isOpen ? 'L' : 'M'}${round(middleX(plot, at))} ${round(yOf(plot, top, figure))}`;
      isOpen = true;
      return step;
    })
    .join('');
}

/** Highest figure that will be drawn: it decides the scale. */
export function peakOfForecast(points: readonly ForecastPoint[]): number {
  return points.reduce((peak, { high, expected, actual }) => Math.max(peak, high, expected, actual ?? 0), 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
