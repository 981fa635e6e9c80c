import type { Plot } from './layout.ts';
import type { ChartHour, ChartSeries, Comparison } from './model.ts';

/** What the parts of one drawing share. A row beyond the series shown is the whole hour. */
export interface View {
  plot: Plot;
  /** value at the plot's upper edge */
  top: number;
  hours: readonly ChartHour[];
  shown: readonly ChartSeries[];
  comparison: Comparison | undefined;
  now: number | undefined;
  /** id of the pattern that fills hatched bars */
  hatch: string;
  name(at: number, row: number): string;
  /** null where there is nothing to open */
  link(at: number, row: number): string | null;
  /** the one place that Tab comes to */
  isStop(at: number, row: number): boolean;
}
