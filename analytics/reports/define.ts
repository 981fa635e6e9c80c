import { type DimensionId, isTime } from '../catalog/dimensions.ts';
import type { Counted } from '../catalog/measure.ts';
import { MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Words } from '../catalog/words.ts';

/** A report: what is broken down by what. Page, chart, table, drill-down, REST, OpenAPI and golden SQL follow from it. */
export interface Report {
  id: string;
  title: Words;
  /** what the report answers and which rules hold for all its figures */
  definition: Words;
  /** what the report is about, whatever the filter says; none: all calls */
  only?: Counted;
  /** null: one row */
  by: DimensionId | null;
  /** columns after the dimension, in order */
  measures: readonly MeasureId[];
  /** names of columns in REST where they are not the measures' own */
  as?: Readonly<Partial<Record<MeasureId, string>>>;
  /** longest period, in days; null: any, also an open one */
  mostDays: number | null;
  /** how it is drawn; null: not at all */
  chart: { kind: 'line' | 'bar'; series: readonly MeasureId[] } | null;
}

/** @throws Error when the definition contradicts itself: found when the process starts, not when a person asks */
export function defineReport<const R extends Report>(report: R): R {
  if (!/^[a-z][a-z-]*$/.test(report.id)) throw new Error(`report ${report.id}: an id is lower-case words joined by hyphens`);
  if (new Set(report.measures).size !== report.measures.length) throw new Error(`report ${report.id} has a column twice`);
  const undrawn = report.chart?.series.find((id) => !report.measures.includes(id) || ['mean', 'share'].includes(MEASURES[id].kind));
  if (undrawn) throw new Error(`report ${report.id} draws ${undrawn}, which is not a sum or count among its columns`);
  const columns = report.measures.map((id) => report.as?.[id] ?? id);
  if (new Set(columns).size !== columns.length) throw new Error(`report ${report.id} gives two columns one name`);
  if (isTime(report.by) && report.mostDays === null)
    throw new Error(`report ${report.id} by ${report.by} needs mostDays: each of them is a row`);
  return report;
}
