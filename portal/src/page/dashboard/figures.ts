import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Figures } from '@callscope/analytics/query/answer.ts';
import type { Format } from '#format/format.ts';

/** What the load of the page depends on, to be read again. */
export const DASHBOARD = 'callscope:dashboard';

/** The strip, in its order; each opens its calls. */
export const SHOWN = ['in', 'inAnswered', 'inMissed', 'averageWait', 'averageTalk', 'out', 'outFailed'] as const satisfies MeasureId[];

/** With fewer calls before, a share of them says nothing: the difference stands as it is. */
const LEAST_FOR_SHARE = 20;

export type Tone = 'good' | 'bad' | 'neutral';

/** What reads the same has not changed: the smallest step of a format; none: as it stands. */
const STEPS: Partial<Record<(typeof MEASURES)[MeasureId]['format'], number>> = { duration: 1, share: 0.001, mos: 0.01, milliseconds: 1 };

/** How a figure changed, in words; undefined where there is nothing to compare. Colour by meaning, not by sign. */
export function deltaOf(
  id: MeasureId,
  value: number | null,
  base: number | null,
  format: Format,
): { text: string; tone: Tone } | undefined {
  if (value === null || base === null || MEASURES[id].format === 'moment') return undefined;
  const { format: shown, better } = MEASURES[id];
  const unit = STEPS[shown] ?? null;
  const change = unit === null ? value - base : (Math.round(value / unit) - Math.round(base / unit)) * unit;
  const tone = better === null || change === 0 ? 'neutral' : change > 0 === (better === 'more') ? 'good' : 'bad';
  if (shown === 'share') return { text: format.pointsDifference(change), tone };
  if (shown === 'mos' || shown === 'milliseconds') return { text: format.difference(change, shown === 'mos' ? 2 : 0), tone };
  return { text: differenceWords(shown === 'duration', value, base, format), tone };
}

/** A difference of two counts as the chart says it. */
export function countDifference(value: number, base: number, format: Format): string {
  return differenceWords(false, value, base, format);
}

function differenceWords(isSpan: boolean, value: number, base: number, format: Format): string {
  if (isSpan) return format.durationDifference(Math.round(value) - Math.round(base));
  return base < LEAST_FOR_SHARE ? format.difference(value - base) : format.percentDifference((value - base) / base);
}

/** A figure as it stands in the strip; a mean over no calls is no data. */
export function figureText(id: MeasureId, figures: Figures, format: Format): string {
  const value = figures[id] ?? null;
  return textOf(id, value, format);
}

/** A value of a measure in its format. */
export function textOf(id: MeasureId, value: number | null, format: Format): string {
  const { format: shown } = MEASURES[id];
  if (shown === 'moment') return value === null ? format.none : `${format.date(value)} ${format.time(value)}`;
  if (shown === 'share') return format.percent(value);
  if (shown === 'mos') return format.number(value, 2);
  if (shown === 'milliseconds') return format.milliseconds(value);
  return shown === 'duration' ? format.duration(value) : format.number(value);
}
