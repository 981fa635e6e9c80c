import { MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Figures, ReportAnswer } from '../query/answer.ts';
import type { ReportPlan } from '../query/plan.ts';
import type { Report } from '../reports/define.ts';
import { type Compared, daysBefore } from './period.ts';

/** How a figure differs from what it was. */
export interface Change {
  before: number | null;
  /** in the figure's own unit; null: one of the two is no data */
  delta: number | null;
  /** of what it was; null also where it was nothing */
  percent: number | null;
  /** which way is better; null: neither is */
  better: 'more' | 'less' | null;
}
export type Changes = Partial<Record<MeasureId, Change>>;

/** A row that was not there then: no calls. A mean over none of them is no data. */
export function noneOf({ measures }: Pick<Report, 'measures'>): Figures {
  return Object.fromEntries(measures.map((id) => [id, ['mean', 'share'].includes(MEASURES[id].kind) ? null : 0]));
}

export function changeOf(id: MeasureId, value: number | null, before: number | null): Change {
  const delta = value === null || before === null ? null : value - before;
  return { before, delta, percent: delta === null || !before ? null : (100 * delta) / before, better: MEASURES[id].better };
}

/** What stood in a row's place then. */
export type Earlier = (key: string | null) => Figures | null;

/**
 * Rows of hours and days meet those of the same clock so many days before, the others those of the same key.
 * @returns of a row: null where the time that it is compared with was not asked for, as of hours that are still to come
 */
export function earlierRows({ report, by, company }: ReportPlan, before: ReportAnswer, { days }: Compared): Earlier {
  const rows = new Map(before.rows.map(({ key, figures }) => [key, figures]));
  if (by !== 'hour' && by !== 'day') return (key) => rows.get(key) ?? noneOf(report);
  return (key) => (key === null ? null : (rows.get(new Date(daysBefore(company.zone, Date.parse(key), days)).toISOString()) ?? null));
}

export function changesOf({ measures }: Pick<Report, 'measures'>, figures: Figures, before: Figures | null): Changes {
  return Object.fromEntries(measures.map((id) => [id, changeOf(id, figures[id] ?? null, before?.[id] ?? null)]));
}
