import type { Within } from '@callscope/core/domain/reach.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { TargetCall } from '@callscope/core/domain/target-call.ts';
import { daysOf, hoursOf } from '@callscope/core/domain/zone.ts';
import { bandStarts } from '../catalog/dimensions.ts';
import { type AdditiveId, additiveOf, countedIn, MEASURES, type MeasureId } from '../catalog/measures.ts';
import type { Report } from '../reports/define.ts';
import { type CallFilter, FilterError, narrow } from './filter.ts';
import type { HoursVersion } from './hours.ts';

/** What the meaning of a filter depends on besides itself. */
export interface Company {
  /** IANA time zone */
  zone: string;
  /** ISO 3166 code: how numbers are spelled */
  country: string;
  /** thresholds and switches that figures depend on */
  rules: FigureRules;
  /** what a target call is; a question that needs it does not run without */
  target?: TargetCall;
  /** whoever asks sees only these calls; set by analytics/run from the TenantScope */
  within?: Within;
  /** what the words of the filter stand for in this company; given where a filter uses them */
  means?: Meanings;
}

/** What a company's settings and directory say that a filter speaks of by name. */
export interface Meanings {
  /** for `hours`: oldest first */
  schedule?: readonly HoursVersion[];
  /** for `channel`: own numbers as calls have them, by the channel that the directory gives them */
  channels?: Readonly<Record<string, readonly string[]>>;
  /** for `project`: what whoever is given it sees, by its id */
  projects?: Readonly<Record<string, Within>>;
}

/** A question about one company's calls, and where its answer is read. */
export interface Plan {
  filter: CallFilter;
  company: Company;
  /** what the store adds up */
  sums: readonly AdditiveId[];
  by: Report['by'];
  /** starts of the rows: hours or days in ms since the epoch, bands of talk in seconds; null: rows are what the store finds */
  starts: readonly number[] | null;
  /** the report is about other calls than the filter lets through: there are none */
  isEmpty: boolean;
  source: Source;
}
/** quarters = the projection by_quarter of `calls`: counts per quarter of an hour, direction, result and missed kind. */
export type Source = 'quarters' | 'rows';

export interface ReportPlan extends Plan {
  report: Report;
}

const DAY = 86_400_000;
const QUARTER = 900_000;
/** The autumn change of the clock makes a period longer than its days. */
const CLOCK_CHANGE = 3_600_000;
const KEPT_IN_QUARTERS: ReadonlySet<string> = new Set<keyof CallFilter>([
  ...(['from', 'to', 'direction', 'result', 'answered', 'missedKind', 'shortAbandons', 'outOfHours'] as const),
]);

/** @throws FilterError when the report needs another period */
export function planReport(report: Report, filter: CallFilter, company: Company): ReportPlan {
  if (report.mostDays !== null) checkPeriod(report.id, report.mostDays, filter);
  const narrowed = report.only ? narrow(filter, report.only) : filter;
  return { report, ...planFigures(report.measures, narrowed ?? filter, company, report.by), isEmpty: narrowed === null };
}

/** Figures over a filter, broken down by `by`; null = one row. */
export function planFigures(measures: readonly MeasureId[], filter: CallFilter, company: Company, by: Report['by'] = null): Plan {
  const sums = additiveOf(measures);
  const starts = startsOf(by, filter, company);
  return {
    filter,
    company,
    sums,
    by,
    starts,
    isEmpty: false,
    source: fitsQuarters(sums, filter, company, by, starts) ? 'quarters' : 'rows',
  };
}

function startsOf(by: Report['by'], filter: CallFilter, { zone }: Company): number[] | null {
  const { from = 0, to = 0 } = filter;
  if (by === 'hour') return hoursOf(zone, from, to);
  if (by === 'day') return daysOf(zone, from, to);
  return by === 'talk' ? bandStarts(filter) : null;
}

function fitsQuarters(
  sums: readonly AdditiveId[],
  filter: CallFilter,
  { rules }: Company,
  by: Report['by'],
  starts: readonly number[] | null,
): boolean {
  const edges = [filter.from ?? 0, filter.to ?? 0, ...(starts ?? [])];
  return (
    sums.every((id) => MEASURES[id].kind === 'count') &&
    [filter, ...sums.map((id) => countedIn(id, rules))].every((asked) =>
      Object.entries(asked).every(([field, value]) => value === undefined || KEPT_IN_QUARTERS.has(field)),
    ) &&
    (by === null || by === 'hour' || by === 'day' || by === 'direction' || by === 'result') &&
    edges.every((at) => at % QUARTER === 0)
  );
}

/** Whether there are figures among these that rows cannot be added up to. */
export function hasCallers(sums: readonly AdditiveId[]): boolean {
  return sums.some((id) => MEASURES[id].kind === 'callers');
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
