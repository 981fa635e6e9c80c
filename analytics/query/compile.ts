import { DIMENSIONS } from '../catalog/dimensions.ts';
import { DURATIONS } from '../catalog/durations.ts';
import type { Counted } from '../catalog/measure.ts';
import { type AdditiveId, countedIn, MEASURES, type Measure } from '../catalog/measures.ts';
import { ACROSS, IS_TOTAL, KEY, PART } from './answer.ts';
import { daysParams, daysSql } from './days.ts';
import { keptSql, knowsCounted, needWaits, overKept } from './kept.ts';
import { compileLines, hasLines } from './lines.ts';
import { offeredToSql, offersSql } from './offers.ts';
import { isKnown, peopleIn, peopleSql } from './people.ts';
import { type Across, hasCallers, hasOffers, type Plan, type Source } from './plan.ts';
import { callsWithSound, needSound, soundSql } from './sound.ts';
import { countedBy, whereOf } from './where.ts';

/** SQL with named parameters; {tenant: String} is given a value by analytics/run alone. */
export interface Compiled {
  sql: string;
  params: Record<string, unknown>;
  /** what it reads in the end */
  source: Source;
}

/**
 * One row a value of the dimension that has calls, in order; an hour is its start in seconds since the epoch. Figures that
 * cannot be added up have one row more, for all of them together.
 * @param parts counted beside the figures, as columns part0, part1 …
 */
export function compile(asked: Plan, parts: readonly Counted[] = []): Compiled {
  if (hasLines(asked.sums)) return { ...compileLines(asked, parts), source: 'rows' };
  const plan = { ...asked, source: sourceOf(asked, parts) };
  const { conditions, params } = whereOf(plan.filter, plan.company, plan.source);
  const key = keyOf(plan);
  const hasTotal = key !== null && plan.across === null && hasCallers(plan.sums);
  const columns = [
    ...(key ? [`${key} AS ${KEY}`] : []),
    ...(plan.across ? [`${acrossOf(plan.across)} AS ${ACROSS}`] : []),
    ...(hasTotal ? [`grouping(${KEY}) AS ${IS_TOTAL}`] : []),
    ...plan.sums.map((id) => `${sumOf(id, plan, params)} AS ${id}`),
    ...parts.map((part, i) => `${countOf(part, plan, params)} AS ${PART}${i}`),
  ];
  const keys = [KEY, ...(plan.across ? [ACROSS] : [])].join(', ');
  const grouped = key ? `\nGROUP BY ${hasTotal ? `GROUPING SETS ((${KEY}), ())` : keys}\nORDER BY ${keys}` : '';
  return {
    sql: `SELECT\n  ${columns.join(',\n  ')}\nFROM ${TABLE[plan.source](conditions, plan)}${grouped}`,
    params: { ...params, ...(plan.source === 'days' ? daysParams(plan.filter) : {}), ...keyParams(plan) },
    source: plan.source,
  };
}

/**
 * The plan's, if it also tells apart the calls counted beside the figures; offers are kept for those who see all of them. Whose calls the
 * asker sees is known only now: what is kept added up knows nothing of it, so that all calls of the company would be looked through.
 */
function sourceOf({ source, sums, by, filter, company }: Plan, parts: readonly Counted[]): Source {
  if (needSound(sums, by)) return 'rows';
  const counted = [...sums.map((id) => countedIn(id, company.rules)), ...parts];
  const ofPeople = !hasOffers(sums) && by !== 'offeredTo' && counted.every(isKnown) && peopleIn(filter, company) !== null;
  const otherwise = ofPeople ? 'people' : 'rows';
  if (company.within !== undefined && (ofPeople || hasOffers(sums))) return otherwise;
  const waits = needWaits(sums, company);
  const isKept = (part: Counted) => knowsCounted([], part) && (waits || (part.waitMax ?? part.waitMin) === undefined);
  return source !== 'rows' && parts.every(isKept) ? source : otherwise;
}

/** Whether the source has calls, or what was added up of them. */
const hasCalls = (source: Source) => source === 'rows' || source === 'people';

const TABLE: Record<Source, (conditions: readonly string[], plan: Plan) => string> = {
  rows: (conditions, { filter, sums, by, across }) =>
    `${needSound(sums, by) || needSound([], across?.by ?? null) ? callsWithSound(filter) : 'calls'}\nWHERE ${conditions.join('\n  AND ')}`,
  quarters: (conditions, { sums, company }) =>
    `(\n${keptSql(['toStartOfFifteenMinutes(started_at) AS quarter'], sums, company, conditions)}\n)`,
  people: (conditions, { filter, company }) => peopleSql(peopleIn(filter, company) ?? [], conditions),
  days: (conditions, plan) => daysSql(plan, plan.by === null ? null : DIMENSIONS[plan.by].column, conditions),
};

function keyOf({ by, source, filter, company }: Plan): string | null {
  if (by === null) return null;
  if (by === 'offeredTo') return source === 'days' ? 'arrayJoin(all_offers.1)' : offeredToSql(filter, company);
  if (by === 'account' && source === 'days') return by;
  const { column } = DIMENSIONS[by];
  if (column !== null) return column;
  const start = source === 'quarters' ? 'quarter' : 'started_at';
  // as the filters `weekday` and `time` have it, so that a list opens the same calls
  if (by === 'weekHour')
    return `concat(toString(toDayOfWeek(${start}, 0, {zone: String})), '-', toString(toHour(${start}, {zone: String})))`;
  if (by === 'talk')
    return source === 'days' ? 'band' : `if(result = 'answered', toInt64(roundDown(${DURATIONS.talk}, {bands: Array(Int64)})), -1)`;
  // the hours are given: the zone is worked out in one place, core/domain/zone.ts, and the engine's own rules do not matter
  const second = source === 'quarters' ? 'toInt64(toUnixTimestamp(quarter))' : 'intDiv(toUnixTimestamp64Micro(started_at), 1000000)';
  return `roundDown(${second}, {${by}s: Array(Int64)})`;
}

/** The place of a row's value among those that are told apart, from 1; 0 = one of the others. */
function acrossOf({ by }: Across): string {
  const { column } = DIMENSIONS[by];
  if (column === null) throw new Error(`${by} is no column of calls`);
  return `indexOf({across: Array(String)}, ${column})`;
}

function keyParams({ across, ...plan }: Plan): Record<string, unknown> {
  return { ...rowParams(plan), ...(across && { across: across.keys }) };
}

function rowParams({ by, starts, company, source }: Omit<Plan, 'across'>): Record<string, unknown> {
  if (by === 'weekHour') return { zone: company.zone };
  if (starts === null || source === 'days') return {};
  if (by === 'talk') return { bands: starts.map((seconds) => Math.ceil(seconds * 1_000)) };
  return { [`${by}s`]: starts.map((start) => start / 1_000) };
}

function sumOf(id: AdditiveId, plan: Plan, params: Compiled['params']): string {
  const measure: Measure = MEASURES[id];
  const counts = countedIn(id, plan.company.rules);
  if (measure.kind === 'offers' && plan.source === 'days') {
    const [employees, numbers] = [`${measure.which}_offers.1`, `${measure.which}_offers.2`];
    return plan.by === null ? `sum(arraySum(${numbers}))` : `sum(${numbers}[indexOf(${employees}, ${KEY})])`;
  }
  if (measure.kind === 'offers')
    return `sum(${offersSql('arrayCount', measure.which, plan.filter, plan.company, plan.by === 'offeredTo' ? KEY : null)})`;
  if (measure.kind === 'count') return countOf(counts, plan, params);
  const counted = countedBy(counts, plan.filter, plan.company, params) ?? 'true';
  if (measure.kind === 'sound') return counted === 'true' ? `sum(${soundSql(measure.of)})` : `sumIf(${soundSql(measure.of)}, ${counted})`;
  if (measure.kind === 'callers') return `uniqExactIf(caller, ${counted})`;
  if (measure.kind !== 'sum') throw new Error(`${id} is made of others`);
  if (!hasCalls(plan.source)) return counted === 'true' ? `sum(${measure.of})` : `sumIf(${measure.of}, ${overKept(counted)})`;
  return counted === 'true' ? `sum(${DURATIONS[measure.of]})` : `sumIf(${DURATIONS[measure.of]}, ${counted})`;
}

function countOf(counted: Counted, { filter, company, source }: Plan, params: Compiled['params']): string {
  const condition = countedBy(counted, filter, company, params);
  if (!hasCalls(source)) return condition ? `sumIf(n, ${overKept(condition)})` : 'sum(n)';
  return condition ? `countIf(${condition})` : 'count()';
}
