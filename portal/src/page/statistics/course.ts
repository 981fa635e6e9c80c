import { isTime, type Time } from '@callscope/analytics/catalog/dimensions.ts';
import { MEASURES, type MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { CourseLine, ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { Period } from '../period.ts';

/** Lines that are told apart: more are a tangle. The other rows are one line. */
const MOST_LINES = 8;
const DAY = 86_400_000;
/** Days up to which a point is an hour, a day, a week; of more, a month. */
const MOST_DAYS: readonly (readonly [Time, number])[] = [
  ['hour', 2],
  ['day', 93],
  ['week', 731],
];

/** How a figure went over the period, of the largest rows of a report and of the others together. */
export interface Course {
  measure: MeasureId;
  by: Time;
  /** rows that have a line of their own, the largest first */
  keys: string[];
  /** the other rows */
  others: string[];
  /** in the order of the keys, the others last */
  lines: CourseLine[];
}

/** What a point of a line stands for. */
export function stepOf({ from, to }: Pick<Period, 'from' | 'to'>, zone: string): Time {
  const days = (wallClock(zone, to) - wallClock(zone, from)) / DAY;
  return MOST_DAYS.find(([, most]) => days <= most)?.[0] ?? 'month';
}

/** A report whose rows are asked for over the period; one whose rows are times is its own course. */
export function hasCourse({ by }: Report): boolean {
  return by === 'number' || by === 'employee' || by === 'group';
}

export function canBeLine(report: Report): boolean {
  return hasCourse(report) || isTime(report.by);
}

/** The figure that a line shows: of those that the report has, its first by itself. */
export function figureOf(report: Report, asked: string | undefined): MeasureId {
  return report.measures.find((id) => id === asked) ?? (report.measures[0] as MeasureId);
}

/** Which rows have a line of their own. Means and shares say nothing of size: their largest rows are those of the first figure. */
export function linesOf(report: Report, measure: MeasureId, { rows }: ReportAnswer): { keys: string[]; others: string[] } {
  const isSize = !['mean', 'share'].includes(MEASURES[measure].kind);
  const sizeOf = isSize ? measure : figureOf(report, undefined);
  const sized = rows.map(({ key, figures }) => ({ key: key ?? '', size: figures[sizeOf] ?? 0 })).filter(({ size }) => size > 0);
  sized.sort((a, b) => b.size - a.size || a.key.localeCompare(b.key));
  const keys = sized.map(({ key }) => key);
  return { keys: keys.slice(0, MOST_LINES), others: keys.slice(MOST_LINES) };
}
