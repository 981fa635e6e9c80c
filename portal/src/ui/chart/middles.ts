import type { BorderLabel } from './borders.ts';
import { middleX, type Plot } from './layout.ts';
import type { ChartHour } from './model.ts';

/** Width of a letter of 11 px, and what keeps two labels apart. */
const LETTER = 6.4;
const APART = 14;

/** Labels under the middles of days, weeks and months: every nth, so that they stand apart and the last one is whole. */
export function middleLabels(plot: Plot, steps: readonly ChartHour[]): BorderLabel[] {
  const widest = Math.max(0, ...steps.map(({ label }) => label.start.length)) * LETTER;
  const every = Math.max(1, Math.ceil((widest + APART) / plot.step));
  return steps.flatMap(({ label }, at) => {
    const x = middleX(plot, at);
    return at % every === 0 && x - widest / 2 >= 0 && x + widest / 2 <= plot.width ? [{ x, text: label.start, day: false }] : [];
  });
}
