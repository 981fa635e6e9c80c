import type { Mark as MeasureMark } from '@callscope/analytics/catalog/measure.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Format } from '#format/format.ts';
import type { Mark, Tone } from '#ui/chart/model.ts';
import { textOf } from './dashboard/figures.ts';

/** Shapes of the catalogue's marks in charts. */
export const SYMBOLS: Record<MeasureMark['symbol'], Mark> = {
  square: 'square',
  hatched: 'hatched',
  circle: 'circle',
  'triangle-down': 'triangle',
};

/** Colour of a measure's line where lines have no others beside them that mean something. */
export function toneOf({ colour }: MeasureMark): Tone {
  return colour === 'muted' ? 'row1' : colour;
}

/** Shares are drawn by the hundred, times by the hour or minute where they are long: their scale is as round as that of calls. */
export function factorOf(measure: MeasureId, highest: number): number {
  const { format } = MEASURES[measure];
  if (format === 'share') return 100;
  if (format !== 'duration' || highest < 240) return 1;
  return highest < 4 * 3_600 ? 1 / 60 : 1 / 3_600;
}

/** A value that was drawn by a factor, in the measure's own words. */
export const numberOf = (measure: MeasureId, factor: number, format: Format) => (value: number) => textOf(measure, value / factor, format);
