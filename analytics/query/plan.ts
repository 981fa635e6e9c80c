import { daysOf, hoursOf, monthsOf, weeksOf } from '@callscope/core/domain/zone.ts';
import { bandStarts, type DimensionId, isTime, type Time } from '../catalog/dimensions.ts';
import { type AdditiveId, additiveOf, MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Report } from '../reports/define.ts';
import type { Company } from './company.ts';
import { fitsDays } from './days.ts';
import { type CallFilter, FilterError, narrow } from './filter.ts';
import { knows } from './kept.ts';

export type { Company, Meanings } from './company.ts';

/** A question about one company's calls, and where its answer is read. */
export interface Plan {
  filter: CallFilter;
  company: Company;
  /** what the store adds up */
  sums: readonly AdditiveId[];
  by: Report['by'];
  /** a second dimension; null: none */
  across: Across | null;
  /** starts of the rows: hours, days, weeks or months in ms since the epoch, bands of talk in seconds; null: rows are what the store finds */
  starts: readonly number[] | null;
  /** the report is about other calls than the filter lets through: there are none */
  isEmpty: boolean;
  source: Source;
}
/** Values of a column that are told apart; the others count together. */
export interface Across {
  by: DimensionId;
  keys: readonly string[];
}

/**
 * quarters = projections of `calls` by the quarter of an hour in which they began; days = those by day (days.ts); people = a row for
 * everybody who took part (people.ts).
 */
export type Source = 'quarters' | 'days' | 'people' | 'rows';

export interface ReportPlan extends Plan {
  report: Report;
}

/** The course of a figure over a period, a line for each of the largest rows of a report. */
export interface CoursePlan extends Plan {
  report: Report;
  measure: MeasureId;
  by: Time;
  across: Across;
}

const DAY = 86_400_000;
const QUARTER = 900_000;
/** The autumn change of the clock makes a period longer than its days. */
const CLOCK_CHANGE = 3_600_000;
const BY_QUARTERS: ReadonlySet<string> = new Set<DimensionId>(['weekHour', 'direction', 'result']);

/** @throws FilterError when the report needs another period */
export function planReport(report: Report, filter: CallFilter, company: Company): ReportPlan {
  if (report.mostDays !== null) checkPeriod(report.id, report.mostDays, filter);
  const narrowed = report.only ? narrow(filter, report.only) : filter;
  return { report, ...planFigures(report.measures, narrowed ?? filter, company, report.by), isEmpty: narrowed === null };
}

/**
 * How a figure of a report goes over the period, apart for some of its rows.
 * @param keys of these rows @throws Error when a report is not broken down by a column of calls
 */
export function planCourse(
  report: Report,
  measure: MeasureId,
  by: Time,
  keys: readonly string[],
  filter: CallFilter,
  company: Company,
): CoursePlan {
  if (report.by === null) throw new Error(`${report.id} has no rows of which each could have a course`);
  const narrowed = report.only ? narrow(filter, report.only) : filter;
  const across: Across = { by: report.by, keys };
  return { report, measure, ...planFigures([measure], narrowed ?? filter, company, by, across), by, across, isEmpty: narrowed === null };
}

/** Figures over a filter, broken down by `by`; null = one row. */
export function planFigures(
  measures: readonly MeasureId[],
  filter: CallFilter,
  company: Company,
  by: Report['by'] = null,
  across: Across | null = null,
): Plan {
  const sums = additiveOf(measures);
  const starts = startsOf(by, filter, company);
  return { filter, company, sums, by, across, starts, isEmpty: false, source: across === null ? sourceOf() : 'rows' };

  function sourceOf(): Source {
    if (fitsQuarters(sums, filter, company, by, starts)) return 'quarters';
    return fitsDays(sums, filter, company, by) ? 'days' : 'rows';
  }
}

const STARTS: Record<Time, (zone: string, from: number, to: number) => number[]> = {
  hour: hoursOf,
  day: daysOf,
  week: weeksOf,
  month: monthsOf,
};

function startsOf(by: Report['by'], filter: CallFilter, { zone }: Company): number[] | null {
  const { from = 0, to = 0 } = filter;
  if (isTime(by)) return STARTS[by](zone, from, to);
  return by === 'talk' ? bandStarts(filter) : null;
}

function fitsQuarters(
  sums: readonly AdditiveId[],
  filter: CallFilter,
  company: Company,
  by: Report['by'],
  starts: readonly number[] | null,
): boolean {
  const edges = [filter.from ?? 0, filter.to ?? 0, ...(starts ?? [])];
  return (
    sums.every((id) => ['count', 'sum'].includes(MEASURES[id].kind)) &&
    knows([], sums, filter, company) &&
    (by === null || isTime(by) || BY_QUARTERS.has(by)) &&
    edges.every((at) => at % QUARTER === 0)
  );
}

/** Whether there are figures among these that rows cannot be added up to. */
export function hasCallers(sums: readonly AdditiveId[]): boolean {
  return sums.some((id) => MEASURES[id].kind === 'callers');
}

export function hasOffers(sums: readonly AdditiveId[]): boolean {
  return sums.some((id) => MEASURES[id].kind === 'offers');
}

function checkPeriod(report: string, mostDays: number, { from, to }: CallFilter): void {
  const missing = [...(from === undefined ? ['from'] : []), ...(to === undefined ? ['to'] : [])];
  if (missing.length > 0)
    throw new FilterError(
      missing.map((field) => ({ field, message: `${report} needs a period: give from and to, at most ${mostDays} days apart` })),
    );
  if (from !== undefined && to !== undefined && to - from > mostDays * DAY + CLOCK_CHANGE)
    throw new FilterError([{ field: 'to', message: `${report} takes at most ${mostDays} days: choose a shorter period` }]);
}
