import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { BY_FILTER, leftOutBy } from '../catalog/left-out.ts';
import { countedIn, divisionOf, type MeasureId } from '../catalog/measures.ts';
import type { Words } from '../catalog/words.ts';
import { figuresOf, PART, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import { type CallFilter, narrow } from '../query/filter.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { listCalls } from './calls.ts';
import { askedBy, run } from './run.ts';

/** Calls under a filter: the list that it opens has so many. */
export interface CallsOf {
  total: number;
  filter: CallFilter;
}
/** Both numbers of a mean or share, as figures of their own. */
export interface Division {
  over: Operand;
  by: Operand;
  /** taken from what it is divided by */
  less: Operand | null;
}
export interface Operand {
  measure: MeasureId;
  value: number;
}
export interface Explanation {
  /** the figure itself, as the report gives it; null = no data */
  value: number | null;
  /** of a mean or share: what was divided by what; null: the figure is no division */
  division: Division | null;
  /** null: the question rules out every call that the figure could count */
  counted: CallsOf | null;
  /** the other calls of the question, in parts that do not overlap: with those counted they are all of them */
  leftOut: (CallsOf & { why: Words })[];
}

/**
 * What a figure counts under a filter, and what it leaves out. Figure and totals come from one query, the figure's own.
 * @throws QueryTooLarge, StoreUnavailable
 */
export async function explainFigure(
  client: ClickHouseClient,
  scope: TenantScope,
  measure: MeasureId,
  filter: CallFilter,
  company: Company,
): Promise<Explanation> {
  const where = countedIn(measure, company.rules);
  const parts = leftOutBy(where);
  const within = askedBy(scope, company);
  const plan = planFigures([measure], filter, within);
  const [rows, byFilter] = await Promise.all([
    run<StoreRow>(client, scope, compile(plan, [where, ...parts.map((part) => part.calls)])),
    excluded(client, scope, measure, filter, within),
  ]);
  const of = (i: number, by: CallFilter): CallsOf | null => {
    const both = narrow(filter, by);
    return both && { total: rows.reduce((sum, row) => sum + Number(row[`${PART}${i}`] ?? 0), 0), filter: both };
  };
  return {
    value: figuresOf([measure], rows)[measure],
    division: dividedIn(measure, rows),
    counted: of(0, where),
    leftOut: [
      ...parts.flatMap(({ why, calls }, i) => {
        const left = of(i + 1, calls);
        return left ? [{ why, ...left }] : [];
      }),
      ...(byFilter ? [{ why: BY_FILTER, ...byFilter }] : []),
    ],
  };
}

/** Of the rows that the figure itself is made of, so that the division gives what the figure says. */
function dividedIn(measure: MeasureId, rows: readonly StoreRow[]): Division | null {
  const division = divisionOf(measure);
  if (division === null) return null;
  const operand = (id: MeasureId): Operand => ({ measure: id, value: figuresOf([id], rows)[id] ?? 0 });
  const { over, by, less } = division;
  return { over: operand(over), by: operand(by), less: less === undefined ? null : operand(less) };
}

/** A question that has none of the calls that the figure is about. */
export function explainNothing(measure: MeasureId): Explanation {
  return { value: figuresOf([measure], [])[measure], division: dividedIn(measure, []), counted: null, leftOut: [] };
}

/** The calls that the figure counts, newest first. */
export function countedCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  { counted }: Explanation,
  company: Company,
  limit: number,
): Promise<CallRow[]> {
  return counted ? listCalls(client, scope, counted.filter, company, limit, null) : Promise.resolve([]);
}

/** What the filter's own switch took away from the figure. */
async function excluded(
  client: ClickHouseClient,
  scope: TenantScope,
  measure: MeasureId,
  { shortAbandons, ...filter }: CallFilter,
  company: Company,
): Promise<CallsOf | null> {
  const figure = shortAbandons && narrow(filter, countedIn(measure, company.rules));
  const gone = figure && narrow(figure, { missedKind: ['short_abandon'] });
  if (!gone) return null;
  const rows = await run<StoreRow>(client, scope, compile(planFigures(['calls'], gone, company)));
  return { total: figuresOf(['calls'], rows).calls ?? 0, filter: gone };
}
