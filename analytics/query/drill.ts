import { DIMENSIONS } from '../catalog/dimensions.ts';
import { countedIn, type MeasureId } from '../catalog/measures.ts';
import { type CallFilter, narrow } from './filter.ts';
import type { ReportPlan } from './plan.ts';

/**
 * The calls behind a mark of a report: the very conditions that its figure was counted with.
 * @param key the row's value of the dimension; null: all rows (a total)
 * @param measure null: all calls of the row
 * @returns null when there can be none
 */
export function drill(plan: ReportPlan, key: string | null, measure: MeasureId | null): CallFilter | null {
  if (plan.isEmpty) return null;
  const ofRow = key === null || plan.by === null ? plan.filter : narrow(plan.filter, DIMENSIONS[plan.by].calls(key, plan.company.zone));
  return ofRow && (measure === null ? ofRow : narrow(ofRow, countedIn(measure, plan.company.rules)));
}
