import type { Counted } from '../catalog/measure.ts';
import { type AdditiveId, countedIn, MEASURES } from '../catalog/measures.ts';
import { KEY, PART } from './answer.ts';
import { BEGUN, ENDED, LONGEST } from './going.ts';
import type { Plan } from './plan.ts';
import { countedBy, whereOf } from './where.ts';

/** No hour of a wall clock is shorter: Lord Howe's change of the clock leaves one of 30 minutes. */
const SHORTEST_STRETCH = 1_800;

export function hasLines(sums: readonly AdditiveId[]): boolean {
  return sums.some((id) => MEASURES[id].kind === 'peak' || MEASURES[id].kind === 'peakAt');
}

/**
 * The most calls that went on at once, and when first: of each stretch of time that the plan has, or of the whole period. A call counts
 * in every stretch that it touches; in each it begins no earlier than the stretch itself, so that the highest pile within it is its peak.
 */
export function compileLines(plan: Plan, parts: readonly Counted[]): { sql: string; params: Record<string, unknown> } {
  const { filter, company, sums, by, starts } = plan;
  const { from } = filter;
  const { conditions, params } = whereOf({ ...filter, ...(from === undefined ? {} : { from: from - LONGEST }) }, company);
  const since = from === undefined ? null : '{since: Int64}';
  const conditionOf = (counted: Counted) => countedBy(counted, filter, company, params) ?? 'true';
  const first = ['begun', ...(since ? [since] : []), ...(starts ? [`${KEY} * 1000`] : [])];
  const begins = first.length === 1 ? 'begun' : `greatest(${first.join(', ')})`;
  const pile = (make: string, id: AdditiveId) =>
    `${make}If(${begins}, ended, ended > ${begins} AND ${conditionOf(countedIn(id, company.rules))})`;
  const stretches = `arrayDistinct(arrayMap(second -> roundDown(second, {${by}s: Array(Int64)}), arrayConcat(range(intDiv(begun, 1000), intDiv(ended - 1, 1000), ${SHORTEST_STRETCH}), [intDiv(ended - 1, 1000)])))`;
  const columns = [
    ...(starts ? [`${KEY}`] : []),
    ...sums.map((id) => `${pile(MEASURES[id].kind === 'peak' ? 'maxIntersections' : 'maxIntersectionsPosition', id)} AS ${id}`),
    ...parts.map((part, i) => `countIf(${[...(since ? [`begun >= ${since}`] : []), conditionOf(part)].join(' AND ')}) AS ${PART}${i}`),
  ];
  const stands = since ? [`${ENDED} >= ${since}`] : [];
  return {
    sql: `WITH
  ${BEGUN} AS begun,
  ${ENDED} AS ended
SELECT
  ${columns.join(',\n  ')}
FROM calls${starts ? `\nARRAY JOIN ${stretches} AS ${KEY}` : ''}
WHERE ${[...conditions, ...stands].join('\n  AND ')}${starts ? `\nGROUP BY ${KEY}\nORDER BY ${KEY}` : ''}`,
    params: {
      ...params,
      ...(from === undefined ? {} : { since: from }),
      ...(starts ? { [`${by}s`]: starts.map((at) => at / 1_000) } : {}),
    },
  };
}
