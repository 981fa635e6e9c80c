export interface Scale {
  /** from 0, at most four */
  ticks: number[];
  /** the value at the plot's upper edge */
  top: number;
}

/** An empty chart still shows an axis of whole calls. */
const LEAST_PEAK = 3;

/**
 * A scale of counts from 0 with three or four round ticks. The upper edge moves in quarters of a step, so that a call more
 * rarely moves the bars that somebody is reading.
 */
export function scaleOf(peak: number): Scale {
  const reach = Math.max(peak, LEAST_PEAK);
  const step = stepOf(reach);
  const ticks: number[] = [];
  for (let tick = 0; tick <= reach; tick += step) ticks.push(tick);
  const quarter = step / 4;
  return { ticks, top: Math.ceil((reach * 1.04) / quarter) * quarter };
}

/** The smallest round step that leaves no more than three ticks above 0; calls come whole, so never a half. */
function stepOf(reach: number): number {
  for (let decade = 1; ; decade *= 10) {
    const round = decade === 1 ? [1, 2, ...(reach < 10 ? [4] : []), 5] : [decade, 2 * decade, 2.5 * decade, 5 * decade];
    const step = round.find((size) => Math.floor(reach / size) <= 3);
    if (step !== undefined) return step;
  }
}
