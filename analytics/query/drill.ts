import { DIMENSIONS, type DimensionId } from '../catalog/dimensions.ts';
import { countedIn, type MeasureId } from '../catalog/measures.ts';
import type { Figures } from './answer.ts';
import { type CallFilter, narrow } from './filter.ts';
import { goingAt } from './going.ts';
import type { CoursePlan, ReportPlan } from './plan.ts';

/**
 * The calls behind a mark of a report: the very conditions that its figure was counted with.
 * @param key the row's value of the dimension; null: all rows (a total)
 * @param measure null: all calls of the row
 * @param figures of the row: where a list depends on one, as that of the moment of a peak
 * @returns null when there can be none
 */
export function drill(plan: ReportPlan, key: string | null, measure: MeasureId | null, figures: Figures = {}): CallFilter | null {
  if (plan.isEmpty) return null;
  if (measure === 'peakLines' || measure === 'peakAt') {
    const { peakAt } = figures;
    const counted = countedIn(measure, plan.company.rules);
    return peakAt ? narrow(goingAt(plan.filter, peakAt), counted) : null;
  }
  const ofRow = key === null || plan.by === null ? plan.filter : narrow(plan.filter, DIMENSIONS[plan.by].calls(key, plan.company.zone));
  return ofRow && (measure === null ? ofRow : narrow(ofRow, countedIn(measure, plan.company.rules)));
}

/**
 * The calls behind a point of a course.
 * @param start of the point; null: the whole period
 * @param keys the rows that the line stands for
 * @returns null when there can be none, or when no filter can name these rows
 */
export function drillCourse(plan: CoursePlan, start: string | null, keys: readonly string[]): CallFilter | null {
  const rows = anyOf(plan.across.by, keys, plan.company.zone);
  const ofRows = rows && narrow(plan.filter, rows);
  return ofRows && drill({ ...plan, filter: ofRows }, start, plan.measure);
}

/** The calls of any of these values: where one is named in a list, several are. */
function anyOf(by: DimensionId, keys: readonly string[], zone: string): CallFilter | null {
  const filters = keys.map((key) => Object.entries(DIMENSIONS[by].calls(key, zone)));
  const [[field = '', first] = []] = filters[0] ?? [];
  if (filters.length === 1) return Object.fromEntries(filters[0] ?? []);
  if (!Array.isArray(first)) return null;
  return { [field]: filters.flatMap((one) => one[0]?.[1] as string[]) };
}
