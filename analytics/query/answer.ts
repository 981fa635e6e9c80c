import { bandKey, UNANSWERED } from '../catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { CoursePlan, Plan, ReportPlan } from './plan.ts';

/** null = no data: a mean over no calls. Seconds keep their milliseconds; nothing is rounded before it is shown. */
export type Figures<M extends string = MeasureId> = Partial<Record<M, number | null>>;
export interface ReportRow {
  /** value of the report's dimension: an hour's or day's start in RFC 3339 UTC, or an id ('' = without); null in a report of one row */
  key: string | null;
  figures: Figures;
}
export interface ReportAnswer {
  rows: ReportRow[];
  totals: Figures;
}

/** How a figure went over the period, of one row of a report. */
export interface CourseLine {
  /** null: all other rows together */
  key: string | null;
  /** one for each start of the plan */
  values: (number | null)[];
}

/** A row of the store: sums as numbers or, when they may be large, as text; durations in ms. */
export type StoreRow = Record<string, string | number>;

/** The dimension's column in a row of the store; a measure's has the measure's id. Seconds since the epoch for an hour or day, ms of a band's start. */
export const KEY = 'key';
/** 1 in the row that is all of them together; of figures that can be added up there is no such row. */
export const IS_TOTAL = 'is_total';
/** The second dimension's column: the place of the value among those that are told apart, from 1; 0 = one of the others. */
export const ACROSS = 'across';
/** Columns of calls counted beside the figures: part0, part1 … */
export const PART = 'part';

/** The report's rows of what the store added up: every hour, day and band of the question has one, also where nothing happened. */
export function answerOf(plan: ReportPlan, answered: readonly StoreRow[]): ReportAnswer {
  const { measures } = plan.report;
  const together = answered.filter((row) => Number(row[IS_TOTAL] ?? 0) === 1);
  const found = answered.filter((row) => !together.includes(row));
  const rows = plan.starts
    ? everyStart(plan, plan.starts, found)
    : found.map((row) => ({ key: plan.by === null ? null : String(row[KEY]), row }));
  return {
    rows: rows.map(({ key, row }) => ({ key, figures: figuresOf(measures, [row]) })),
    totals: figuresOf(measures, together.length > 0 ? together : found),
  };
}

/** A line for each row that is told apart, and one of the others, also where nothing happened. */
export function courseOf({ measure, starts, across }: CoursePlan, answered: readonly StoreRow[]): CourseLine[] {
  const found = new Map(answered.map((row) => [`${row[ACROSS]} ${row[KEY]}`, row]));
  return [...across.keys, null].map((key, i) => ({
    key,
    values: (starts ?? []).map((start) => {
      const row = found.get(`${key === null ? 0 : i + 1} ${start / 1_000}`);
      return figuresOf([measure], row ? [row] : [])[measure];
    }),
  }));
}

/** The figures of several rows of the store together; numbers of callers only of one, as they cannot be added up. */
export function figuresOf<M extends MeasureId>(measures: readonly M[], rows: readonly StoreRow[]): Record<M, number | null> {
  const total = (id: MeasureId) => rows.reduce((sum, row) => sum + Number(row[id] ?? 0), 0);
  const figure = (id: M): number | null => {
    const measure = MEASURES[id];
    if (measure.kind === 'count' || measure.kind === 'offers' || measure.kind === 'callers') return total(id);
    // none at all is no moment
    if (measure.kind === 'peak') return Math.max(0, ...rows.map((row) => Number(row[id] ?? 0)));
    if (measure.kind === 'peakAt') return highestOf(rows);
    if (measure.kind === 'sum' || measure.kind === 'sound') return total(id) / 1_000;
    const whole =
      measure.kind === 'mean' ? total(measure.count) : total(measure.whole) - (measure.less === undefined ? 0 : total(measure.less));
    if (whole === 0) return null;
    return measure.kind === 'mean' ? total(measure.sum) / 1_000 / whole : total(measure.part) / whole;
  };
  return Object.fromEntries(measures.map((id) => [id, figure(id)])) as Record<M, number | null>;
}

/** When most lines were taken, in ms since the epoch: of several rows the first that is highest. */
function highestOf(rows: readonly StoreRow[]): number | null {
  let highest: StoreRow | null = null;
  for (const row of rows) if (Number(row.peakLines ?? 0) > Number(highest?.peakLines ?? 0)) highest = row;
  return highest && Number(highest.peakAt);
}

function everyStart({ by, filter }: Plan, starts: readonly number[], found: readonly StoreRow[]): { key: string; row: StoreRow }[] {
  const byKey = new Map(found.map((row) => [Number(row[KEY]), row]));
  if (by !== 'talk') return starts.map((start) => ({ key: new Date(start).toISOString(), row: byKey.get(start / 1_000) ?? {} }));
  const bands = starts.map((start, i) => ({ key: bandKey(start, starts[i + 1] ?? null), row: byKey.get(Math.ceil(start * 1_000)) ?? {} }));
  // a call without an answer has no talk of any length
  return (filter.talkMin ?? 0) > 0 ? bands : [...bands, { key: UNANSWERED, row: byKey.get(-1) ?? {} }];
}
