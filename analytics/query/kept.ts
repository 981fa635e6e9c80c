import { DURATIONS, type Duration } from '../catalog/durations.ts';
import type { Counted } from '../catalog/measure.ts';
import { type AdditiveId, countedIn, MEASURES } from '../catalog/measures.ts';
import type { Company } from './company.ts';
import type { CallFilter } from './filter.ts';
import { keptOffersSql } from './offers.ts';

/**
 * What projections of `calls` keep added up (sql/clickhouse/0002_calls.sql, 0007_by_day.sql), and the questions that they answer. The
 * engine takes one when the question is in its own words, and else reads the rows: slower, never another answer.
 */
const TOLD_APART = ['direction', 'result', 'missed_kind'] as const;
export type Field = keyof CallFilter;
/** Fields of a filter that all projections know. */
export const EVERYWHERE: readonly Field[] = [
  ...(['from', 'to', 'direction', 'result', 'answered', 'missedKind', 'shortAbandons', 'outOfHours'] as const),
];

/** Waiting of answered incoming calls, in ms, rounded up to whole seconds: what thresholds of whole seconds need to know. */
export const WAITED = `if(direction = 'in' AND result = 'answered', intDiv(${DURATIONS.ring} + 999, 1000) * 1000, 0)`;

/** Whether figures need to know the waiting. */
export function needWaits(sums: readonly AdditiveId[], { rules }: Company): boolean {
  return sums.some((id) => 'waitMax' in countedIn(id, rules) || 'waitMin' in countedIn(id, rules));
}

/**
 * Whether projections tell apart what figures and filter ask about.
 * @param fields that it knows besides those that all do
 */
export function knows(fields: readonly Field[], sums: readonly AdditiveId[], filter: CallFilter, { rules }: Company): boolean {
  return knowsFields(fields, filter) && sums.every((id) => knowsCounted(fields, countedIn(id, rules)));
}

/** The same of what a figure counts. */
export function knowsCounted(fields: readonly Field[], counted: Counted): boolean {
  const { waitMax, waitMin, ...rest } = counted;
  return knowsFields(fields, rest) && ((waitMax ?? waitMin) === undefined || hasWholeWaits(counted));
}

function knowsFields(fields: readonly Field[], asked: CallFilter): boolean {
  return Object.entries(asked).every(([field, value]) => value === undefined || [...EVERYWHERE, ...fields].includes(field as Field));
}

/** Thresholds between whole seconds, of calls whose waiting is kept. */
function hasWholeWaits({ direction, answered, waitMax = 0, waitMin = 0.001 }: Counted): boolean {
  const isWhole = (seconds: number) => Math.abs(seconds - Math.round(seconds)) < 1e-6;
  return answered === true && direction?.join() === 'in' && isWhole(waitMax) && isWhole(waitMin - 0.001);
}

/** A condition on calls as one on rows of keptSql. */
export function overKept(condition: string): string {
  return condition.replaceAll(DURATIONS.ring, 'waited');
}

/**
 * Calls counted (column n), durations added up (talk, ring) and offers by employee (all_offers, untaken_offers), by what rows and
 * figures tell apart.
 * @param keys more of them: a column, or SQL AS name
 */
export function keptSql(keys: readonly string[], sums: readonly AdditiveId[], company: Company, conditions: readonly string[]): string {
  const measures = sums.map((id) => MEASURES[id]);
  const durations = new Set(measures.flatMap((measure): Duration[] => (measure.kind === 'sum' ? [measure.of] : [])));
  const offers = measures.some(({ kind }) => kind === 'offers') ? (['all', 'untaken'] as const) : [];
  const all = [...new Set([...keys, ...TOLD_APART]), ...(needWaits(sums, company) ? [`${WAITED} AS waited`] : [])];
  const columns = [
    ...all,
    'count() AS n',
    // not a bare if(): the engine makes another function of a sum over one, which is not the projection's
    ...[...durations].map((of) => `sum(toInt64(${DURATIONS[of]})) AS ${of}`),
    ...offers.map((which) => `${keptOffersSql(which)} AS ${which}_offers`),
  ];
  const names = all.map((key) => key.split(' AS ').at(-1));
  return `  SELECT ${columns.join(', ')}\n  FROM calls\n  WHERE ${conditions.join('\n    AND ')}\n  GROUP BY ${names.join(', ')}`;
}
