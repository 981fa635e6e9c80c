import { bandStarts, type DimensionId } from '../catalog/dimensions.ts';
import { DURATIONS } from '../catalog/durations.ts';
import { type AdditiveId, MEASURES } from '../catalog/measures.ts';
import type { Company } from './company.ts';
import type { CallFilter } from './filter.ts';
import { type Field, keptSql, knows, needWaits } from './kept.ts';

/** Long periods are read from the projections by day: whole days of UTC from there, what is left before and after them from the rows. */
const DAY = 86_400_000;
/** Fewer are read from the rows as fast. */
const FEWEST_DAYS = 3;

/** What each projection has beside what all have: rows of a report and fields of a filter. */
const KEPT: readonly { by: readonly DimensionId[]; fields: readonly Field[]; waits?: true }[] = [
  { by: ['number', 'talk'], fields: ['number'] },
  { by: ['employee', 'group', 'account'], fields: ['author', 'group'] },
  { by: ['group'], fields: ['group'], waits: true },
];
const IN_ALL: readonly DimensionId[] = ['direction', 'result'];

export function fitsDays(sums: readonly AdditiveId[], filter: CallFilter, company: Company, by: DimensionId | null): boolean {
  const { from = 0, to = Number.POSITIVE_INFINITY } = filter;
  if (to - from < (FEWEST_DAYS + 1) * DAY) return false;
  const kinds = new Set(sums.map((id) => MEASURES[id].kind));
  if (kinds.has('offers'))
    return kinds.size === 1 && (by === null || by === 'offeredTo') && company.within === undefined && knows([], [], filter, company);
  if (by === 'account' && filter.direction?.includes('in') !== false) return false;
  const waits = needWaits(sums, company);
  const has = (kept: (typeof KEPT)[number]) =>
    (by === null || [...IN_ALL, ...kept.by].includes(by)) && knows(kept.fields, sums, filter, company) && (!waits || kept.waits === true);
  return [...kinds].every((kind) => kind === 'count' || kind === 'sum') && KEPT.some(has);
}

/** Bands without a shortest talk that is asked for, in ms: the projection's. */
const BANDS = bandStarts({}).map((seconds) => seconds * 1_000);
const BAND = `if(result = 'answered', toInt64(roundDown(${DURATIONS.talk}, [${BANDS.join(', ')}])), -1) AS band`;
/** Who calls in has no account of the company. */
const ACCOUNT = "if(direction = 'in', '', caller) AS account";

interface Asked {
  by: DimensionId | null;
  sums: readonly AdditiveId[];
  company: Company;
  filter: CallFilter;
}

/** @param column of the report's rows in `calls`; null: made. @param conditions on calls, without the period */
export function daysSql({ by, sums, company, filter }: Asked, column: string | null, conditions: readonly string[]): string {
  const keys = by === 'talk' ? [BAND] : by === 'account' ? [ACCOUNT] : column === null ? [] : [column];
  const of = (period: readonly string[]) => keptSql(keys, sums, company, [...conditions, ...period]);
  const { whole, rest } = partsOf(filter.from, filter.to);
  return `(\n${[of(whole), ...(rest === null ? [] : [of([rest])])].join('\n  UNION ALL\n')}\n)`;
}

/** The period as whole days and what is left at its ends; null: nothing. */
function partsOf(from: number | undefined, to: number | undefined): { whole: string[]; rest: string | null } {
  const started = (operator: string, param: string) => `started_at ${operator} fromUnixTimestamp64Micro({${param}: Int64}, 'UTC')`;
  const ends = [
    ...(from === undefined || from % DAY === 0 ? [] : [`${started('>=', 'from')} AND ${started('<', 'firstDay')}`]),
    ...(to === undefined || to % DAY === 0 ? [] : [`${started('>=', 'endDay')} AND ${started('<', 'to')}`]),
  ];
  const day = (operator: string, param: string) =>
    `toDate(started_at) ${operator} toDate(fromUnixTimestamp64Micro({${param}: Int64}, 'UTC'))`;
  return {
    whole: [...(from === undefined ? [] : [day('>=', 'firstDay')]), ...(to === undefined ? [] : [day('<', 'endDay')])],
    rest: ends.length === 0 ? null : ends.length === 1 ? (ends[0] ?? '') : `(${ends.join(' OR ')})`,
  };
}

/** Values of the parameters that daysSql names. */
export function daysParams({ from, to }: CallFilter): Record<string, number> {
  const bounds = {
    ...(from === undefined ? {} : { from, firstDay: Math.ceil(from / DAY) * DAY }),
    ...(to === undefined ? {} : { to, endDay: Math.floor(to / DAY) * DAY }),
  };
  return Object.fromEntries(Object.entries(bounds).map(([name, at]) => [name, at * 1_000]));
}
