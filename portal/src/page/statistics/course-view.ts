import { isTime, type Time } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { drill, drillCourse } from '@callscope/analytics/query/drill.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planCourse } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import type { Format } from '#format/format.ts';
import type { ChartHour, ChartSeries, Comparison, Mark, RowTone } from '#ui/chart/model.ts';
import { textOf } from '../dashboard/figures.ts';
import { factorOf, numberOf, SYMBOLS, toneOf } from '../measure-lines.ts';
import type { Breakdown, BreakdownRow, Figure } from './breakdown.ts';
import type { Course } from './course.ts';
import { endOfTime, timeLabel } from './time-label.ts';

/** A line of a chart, and the calls behind its points. */
export interface CourseSeries extends ChartSeries {
  /** of the whole period */
  said: string;
  /** one for each step; null: none, or no filter says them */
  drills: (CallFilter | null)[];
}
export interface CourseView {
  by: Time;
  /** hours, days, weeks or months */
  steps: ChartHour[];
  series: CourseSeries[];
  /** all calls of a step, by the step */
  all: (CallFilter | null)[];
  comparison: Comparison | undefined;
  number: (value: number) => string;
}

const MARKS: readonly Mark[] = ['circle', 'square', 'triangle', 'diamond', 'peak', 'plus', 'cross', 'ring'];
const OTHERS = 'others';
/** More rows than an address should name: their line opens nothing. */
const MOST_NAMED = 300;

/** A figure of the largest rows of a report over the period. @param others what the line of the other rows is called */
export function courseView(
  report: Report,
  course: Course,
  rows: readonly BreakdownRow[],
  filter: CallFilter,
  company: Company,
  format: Format,
  others: (n: string) => string,
): CourseView {
  const { measure, by, keys, lines } = course;
  const plan = planCourse(report, measure, by, keys, filter, company);
  const starts = plan.starts ?? [];
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const factor = factorOf(measure, Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const isSum = !['mean', 'share', 'callers'].includes(MEASURES[measure].kind);
  const series = lines.flatMap(({ key, values }, i): (CourseSeries & { values: (number | null)[] })[] => {
    const of = key === null ? course.others : [key];
    if (of.length === 0) return [];
    const row = key === null ? undefined : byKey.get(key);
    const sum = isSum ? values.reduce<number>((all, value) => all + (value ?? 0), 0) : null;
    return [
      {
        id: key === null ? OTHERS : `row ${key}`,
        label: key === null ? others(format.number(of.length)) : (row?.label ?? key),
        said: row?.figures.find(({ id }) => id === measure)?.said ?? (sum === null ? '' : textOf(measure, sum, format)),
        ...(key === null ? { tone: 'ghost' as const, mark: 'hatched' as const } : markOf(i)),
        values,
        drills: starts.map((start) => (of.length > MOST_NAMED ? null : drillCourse(plan, new Date(start).toISOString(), of))),
      },
    ];
  });
  return {
    by,
    steps: starts.map((start, at) =>
      stepOfTime(
        by,
        start,
        filter,
        company.zone,
        format,
        Object.fromEntries(series.map(({ id, values }) => [id, scaled(values[at], factor)])),
      ),
    ),
    series: series.map(({ values: _, ...one }) => one),
    all: starts.map((start) => drill(plan, new Date(start).toISOString(), measure)),
    comparison: undefined,
    number: numberOf(measure, factor, format),
  };
}

/** A report whose rows are times: a line for each figure that it draws, and what it was beside it. @param then what it is compared with */
export function timesView(
  report: Report,
  view: Breakdown,
  filter: CallFilter,
  zone: string,
  format: Format,
  then: string | undefined,
): CourseView {
  if (!isTime(report.by)) throw new Error(`${report.id} has no times`);
  const by = report.by;
  const drawn = report.chart?.series ?? [];
  // calls that began earlier stand in a peak too
  const isPeak = drawn.some((id) => MEASURES[id].kind === 'peak');
  const valuesOf = (row: BreakdownRow, pick: (figure: Figure) => number | null): [string, number][] =>
    row.figures.flatMap((figure) => (drawn.includes(figure.id as MeasureId) ? [[figure.id, pick(figure) ?? Number.NaN]] : []));
  const pasts = view.rows.map((row) => {
    const past = valuesOf(row, ({ base }) => base);
    return past.every(([, value]) => Number.isNaN(value)) ? null : Object.fromEntries(past);
  });
  return {
    by,
    steps: view.rows.map((row) =>
      stepOfTime(by, Date.parse(row.key), filter, zone, format, Object.fromEntries(valuesOf(row, ({ value }) => value))),
    ),
    series: drawn.map((id) => {
      const { label, mark, better } = MEASURES[id];
      return {
        ...{ id, label: label[format.locale], ...(better === null ? {} : { better }) },
        ...{ tone: toneOf(mark), mark: SYMBOLS[mark.symbol] },
        said: view.totals.find((figure) => figure.id === id)?.said ?? '',
        drills: view.rows.map((row) => row.figures.find((figure) => figure.id === id)?.drill ?? null),
      };
    }),
    all: view.rows.map((row) => (isPeak ? row.figures[0]?.drill : row.drill) ?? null),
    comparison: then !== undefined && pasts.some((past) => past !== null) ? { label: then, hours: pasts } : undefined,
    number: numberOf(drawn[0] as MeasureId, 1, format),
  };
}

function markOf(i: number): { tone: RowTone; mark: Mark } {
  return { tone: `row${i + 1}` as RowTone, mark: MARKS[i] ?? 'circle' };
}

const scaled = (value: number | null | undefined, factor: number) => (value === null || value === undefined ? Number.NaN : value * factor);

function stepOfTime(by: Time, start: number, filter: CallFilter, zone: string, format: Format, values: ChartHour['values']): ChartHour {
  return { start, end: endOfTime(by, start, zone), label: timeLabel(by, start, filter, zone, format), values };
}
