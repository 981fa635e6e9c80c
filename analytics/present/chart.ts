import { DIMENSIONS } from '../catalog/dimensions.ts';
import type { Mark } from '../catalog/measure.ts';
import { definitionIn, MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Words } from '../catalog/words.ts';
import type { ReportAnswer } from '../query/answer.ts';
import { drill } from '../query/drill.ts';
import type { CallFilter } from '../query/filter.ts';
import type { ReportPlan } from '../query/plan.ts';

export interface Point {
  value: number | null;
  /** the calls behind the point; null: there can be none */
  drill: CallFilter | null;
}
export interface Series {
  id: MeasureId;
  label: Words;
  definition: Words;
  mark: Mark;
  /** of the whole period: what the legend's button shows */
  total: number | null;
  /** one a category, in their order */
  points: Point[];
}
export interface Chart {
  kind: 'line' | 'bar';
  categories: Category[];
  series: Series[];
}
export interface Category {
  key: string;
  /** an hour from start to end, ms since the epoch, also where the period begins or ends within it; null: not a time */
  interval: { from: number; to: number } | null;
  drill: CallFilter | null;
}

/** null: the report is not drawn. */
export function chartOf(plan: ReportPlan, answer: ReportAnswer): Chart | null {
  const { by, chart } = plan.report;
  if (chart === null || by === null) return null;
  const rows = answer.rows.map(({ key, figures }) => ({ key: key ?? '', figures }));
  const intervalOf = (key: string) => {
    const { from, to } = DIMENSIONS[by].calls(key, plan.company.zone) as CallFilter;
    return from === undefined || to === undefined ? null : { from, to };
  };
  return {
    kind: chart.kind,
    categories: rows.map(({ key }) => ({ key, interval: intervalOf(key), drill: drill(plan, key, null) })),
    series: chart.series.map((id) => {
      const { label, mark } = MEASURES[id];
      const definition = definitionIn(id, plan.company.rules);
      const points = rows.map(({ key, figures }) => ({ value: figures[id] ?? null, drill: drill(plan, key, id, figures) }));
      return { id, label, definition, mark, total: answer.totals[id] ?? null, points };
    }),
  };
}
