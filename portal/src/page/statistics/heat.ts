import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { ReportAnswer } from '@callscope/analytics/query/answer.ts';

/** Shades beside the empty one: more are not told apart. */
const SHADES = 5;

export interface Heat {
  /** from the first hour in which anything happened to the last */
  hours: number[];
  /** of the fullest cell; 0 = nothing at all */
  most: number;
  /** @param day 1 = Monday. shade: 0 = nothing, up to 5 = the fullest */
  cell(day: number, hour: number): { value: number; shade: number };
}

/** A week's hours by a figure of `week-hours`. */
export function heatOf(answer: ReportAnswer, measure: MeasureId): Heat {
  const values = new Map(answer.rows.map(({ key, figures }) => [key ?? '', figures[measure] ?? 0]));
  const most = Math.max(0, ...values.values());
  const busy = [...values].filter(([, value]) => value > 0).map(([key]) => Number(key.split('-')[1]));
  const [first, last] = [Math.min(...busy), Math.max(...busy)];
  return {
    most,
    hours: busy.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i),
    cell: (day, hour) => {
      const value = values.get(`${day}-${hour}`) ?? 0;
      return { value, shade: value === 0 ? 0 : Math.max(1, Math.ceil((value / most) * SHADES)) };
    },
  };
}
