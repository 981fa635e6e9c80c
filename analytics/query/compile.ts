import { DIMENSIONS } from '../catalog/dimensions.ts';
import { DURATIONS } from '../catalog/durations.ts';
import type { Counted } from '../catalog/measure.ts';
import { type AdditiveId, countedIn, MEASURES, type Measure } from '../catalog/measures.ts';
import { IS_TOTAL, KEY, PART } from './answer.ts';
import { offeredToSql, offersSql } from './offers.ts';
import { hasCallers, type Plan, type Source } from './plan.ts';
import { countedBy, whereOf } from './where.ts';

/** SQL with named parameters; {tenant: String} is given a value by analytics/run alone. */
export interface Compiled {
  sql: string;
  params: Record<string, unknown>;
}

/**
 * One row a value of the dimension that has calls, in order; an hour is its start in seconds since the epoch. Figures that
 * cannot be added up have one row more, for all of them together.
 * @param parts counted beside the figures, as columns part0, part1 …
 */
export function compile(plan: Plan, parts: readonly Counted[] = []): Compiled {
  const { conditions, params } = whereOf(plan.filter, plan.company, plan.source);
  const key = keyOf(plan);
  const hasTotal = key !== null && hasCallers(plan.sums);
  const columns = [
    ...(key ? [`${key} AS ${KEY}`] : []),
    ...(hasTotal ? [`grouping(${KEY}) AS ${IS_TOTAL}`] : []),
    ...plan.sums.map((id) => `${sumOf(id, plan, params)} AS ${id}`),
    ...parts.map((part, i) => `${countOf(part, plan, params)} AS ${PART}${i}`),
  ];
  const grouped = key ? `\nGROUP BY ${hasTotal ? `GROUPING SETS ((${KEY}), ())` : KEY}\nORDER BY ${KEY}` : '';
  return {
    sql: `SELECT\n  ${columns.join(',\n  ')}\nFROM ${TABLE[plan.source](conditions)}${grouped}`,
    params: { ...params, ...keyParams(plan) },
  };
}

const TABLE: Record<Source, (conditions: readonly string[]) => string> = {
  rows: (conditions) => `calls\nWHERE ${conditions.join('\n  AND ')}`,
  // the inner question is the projection's own, word for word: else the engine reads the rows
  quarters: (conditions) => `(
  SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, missed_kind, count() AS n
  FROM calls
  WHERE ${conditions.join('\n    AND ')}
  GROUP BY quarter, direction, result, missed_kind
)`,
};

function keyOf({ by, source, filter, company }: Plan): string | null {
  if (by === null) return null;
  if (by === 'offeredTo') return offeredToSql(filter, company);
  const { column } = DIMENSIONS[by];
  if (column !== null) return column;
  // as the filters `weekday` and `time` have it, so that a list opens the same calls
  if (by === 'weekHour')
    return "concat(toString(toDayOfWeek(started_at, 0, {zone: String})), '-', toString(toHour(started_at, {zone: String})))";
  if (by === 'talk') return `if(result = 'answered', toInt64(roundDown(${DURATIONS.talk}, {bands: Array(Int64)})), -1)`;
  // the hours are given: the zone is worked out in one place, core/domain/zone.ts, and the engine's own rules do not matter
  const second = source === 'quarters' ? 'toInt64(toUnixTimestamp(quarter))' : 'intDiv(toUnixTimestamp64Micro(started_at), 1000000)';
  return `roundDown(${second}, {${by}s: Array(Int64)})`;
}

function keyParams({ by, starts, company }: Plan): Record<string, unknown> {
  if (by === 'weekHour') return { zone: company.zone };
  if (starts === null) return {};
  if (by === 'talk') return { bands: starts.map((seconds) => Math.ceil(seconds * 1_000)) };
  return { [`${by}s`]: starts.map((start) => start / 1_000) };
}

function sumOf(id: AdditiveId, plan: Plan, params: Compiled['params']): string {
  const measure: Measure = MEASURES[id];
  const counts = countedIn(id, plan.company.rules);
  if (measure.kind === 'offers')
    return `sum(${offersSql('arrayCount', measure.which, plan.filter, plan.company, plan.by === 'offeredTo' ? KEY : null)})`;
  if (measure.kind === 'count') return countOf(counts, plan, params);
  const counted = countedBy(counts, plan.filter, plan.company, params) ?? 'true';
  if (measure.kind === 'callers') return `uniqExactIf(caller, ${counted})`;
  if (measure.kind !== 'sum') throw new Error(`${id} is made of others`);
  return counted === 'true' ? `sum(${DURATIONS[measure.of]})` : `sumIf(${DURATIONS[measure.of]}, ${counted})`;
}

function countOf(counted: Counted, { filter, company, source }: Plan, params: Compiled['params']): string {
  const condition = countedBy(counted, filter, company, params);
  if (source === 'quarters') return condition ? `sumIf(n, ${condition})` : 'sum(n)';
  return condition ? `countIf(${condition})` : 'count()';
}
