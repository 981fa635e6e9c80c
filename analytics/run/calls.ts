import { type CallLine, type CallRow, callTimes } from '@callscope/core/domain/call.ts';
import { reachesCall } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { DURATIONS } from '../catalog/durations.ts';
import type { MeasureId } from '../catalog/measures.ts';
import { figuresOf, KEY, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import { type CallFilter, MISSED, narrow } from '../query/filter.ts';
import { anyPeopleSql, peopleIn, peopleSql } from '../query/people.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { canSort, type Sort, type SortKey } from '../query/sort.ts';
import { type Where, whereOf } from '../query/where.ts';
import { type Window, windowsOf } from '../query/windows.ts';
import { LINE, type Reading, type StoredCall, WHOLE } from './call-row.ts';
import { askedBy, run } from './run.ts';

/** The call that a page begins beside: older ones started before it, or as early with a smaller id; newer ones are the others. */
export interface After {
  startedAt: number;
  id: string;
  /** what the list is sorted by, of this call; only where it is sorted */
  value?: string | number;
}
export type Side = 'older' | 'newer';
const BACK = { older: 'newer', newer: 'older' } as const satisfies Record<Side, Side>;

/** The first part lets the primary key cut, the second is exact. */
export const BEYOND: Record<Side, string> = {
  older: `started_at <= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC')
  AND (started_at < fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id < {afterId: String})`,
  newer: `started_at >= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC')
  AND (started_at > fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id > {afterId: String})`,
};
export const ORDER: Record<Side, string> = {
  older: 'tenant DESC, started_at DESC, id DESC',
  newer: 'tenant, started_at, id',
};

/** Newest first, by the table's own order: a page costs the same at any depth. @param side of `after` that is wanted */
export function listCalls(...asked: ListAsked): Promise<CallRow[]> {
  return list(WHOLE, ...asked);
}

/** The same without what a line of a list does not say. */
export function listLines(...asked: ListAsked): Promise<CallLine[]> {
  return list(LINE, ...asked);
}

type ListAsked = [
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  limit: number,
  after: After | null,
  side?: Side,
];

/** The same of either. */
export async function list<C extends CallLine>(
  { columns, byPeople, rowOf }: Reading<C>,
  ...[client, scope, filter, company, limit, after, side = 'older']: ListAsked
): Promise<C[]> {
  const asked = askedBy(scope, company);
  const read = callSource(filter, asked, byPeople ? 'read' : 'not');
  const isOlder = side === 'older';
  const beginning = after ? after.startedAt / 1_000 : isOlder ? Math.min(filter.to ?? Number.POSITIVE_INFINITY, Date.now()) : filter.from;
  const [near = {}, ...far]: Window[] = beginning === undefined ? [] : windowsOf(filter, Math.floor(beginning), isOlder);
  const beyond = ({ from, conditions, params }: CallSource): Part => ({
    from,
    conditions: [...conditions, ...(after ? [BEYOND[side]] : [])],
    params: { ...params, limit, ...(after ? { afterStart: after.startedAt, afterId: after.id } : {}) },
  });
  const rowsOf = async (part: Part) => {
    const rows = await run<StoredCall>(client, scope, {
      sql: `SELECT ${columns} FROM ${part.from(part.conditions)} ORDER BY ${ORDER[side]} LIMIT {limit: UInt32}`,
      params: part.params,
    });
    return rows.map(rowOf);
  };
  const all = beyond(read);
  const calls = await rowsOf(partIn(all, near, limit));
  const [left, found] = [limit - calls.length, beyond(callSource(filter, asked, 'found'))];
  for (let most = left, isEnough = left <= 0 || far.length === 0; !isEnough; most *= 2) {
    const starts: string[] = [];
    for (const window of far)
      if (starts.length < most) starts.push(...(await startsOf(client, scope, partIn(found, window, most - starts.length), side)));
    const rows = starts.length === 0 ? [] : await rowsOf(startingAt(all, starts, left));
    // what no longer stands may be found too: where too few do for that, there are more to find
    isEnough = rows.length >= left || starts.length < most;
    if (isEnough) calls.push(...rows);
  }
  return side === 'newer' ? calls.reverse() : calls;
}

/** Where the calls of a filter lie. */
interface CallSource extends Where {
  /** SQL behind FROM, with conditions on it */
  from(conditions: readonly string[]): string;
}

/** @param byPeople by who took part, where they can be: read as they stand; only found, some of which may stand no longer; or not at all */
export function callSource(filter: CallFilter, company: Company, byPeople: 'read' | 'found' | 'not'): CallSource {
  const people = byPeople === 'not' ? null : peopleIn(filter, company);
  if (people === null) return { ...whereOf(filter, company), from: (conditions) => `calls WHERE ${conditions.join(' AND ')}` };
  return {
    ...whereOf(filter, company, 'people'),
    from: byPeople === 'read' ? (conditions) => peopleSql(people, conditions) : anyPeopleSql,
  };
}

/** What a list of calls can be sorted by: SQL over `calls`, and the same of a call that was read. Their start is the table's own order. */
export const SORTED_BY = {
  talk: { sql: DURATIONS.talk, type: 'Int64', of: (call) => Math.round(callTimes(call).talkSeconds * 1_000) },
  wait: { sql: DURATIONS.ring, type: 'Int64', of: (call) => Math.round((callTimes(call).ringSeconds ?? 0) * 1_000) },
  from: { sql: 'caller', type: 'String', of: (call) => call.from },
  to: { sql: 'dialled', type: 'String', of: (call) => call.dialled },
  answeredBy: { sql: 'answered_by', type: 'String', of: (call) => call.answeredBy },
} as const satisfies Record<Exclude<SortKey, 'start'>, { sql: string; type: 'Int64' | 'String'; of: (call: CallLine) => string | number }>;

/** Where in a sorted list a call stands. */
export function placeIn(sort: Sort | null, call: CallLine): After {
  const place = { startedAt: call.startedAt, id: call.id };
  return sort === null || sort.by === 'start' ? place : { ...place, value: SORTED_BY[sort.by].of(call) };
}

/** Whether a place that somebody gave can be one of a list that is sorted so. */
export function isPlaceOf({ by }: Sort, { value }: After): boolean {
  return by === 'start' || typeof value === (SORTED_BY[by].type === 'String' ? 'string' : 'number');
}

/**
 * A page of calls in another order; calls that are alike in it stand by their start, then id, in the same direction. Pages go on
 * by key (value, start, id): none comes twice. @param side of `after`: `older` is further down the list, as in `listCalls`
 */
export async function sortedCalls<C extends CallLine>(
  reading: Reading<C>,
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { sort, limit, after, side }: { sort: Sort; limit: number; after: After | null; side: Side },
): Promise<C[]> {
  if (!canSort(sort, filter)) throw new Error('calls are sorted within a month at most');
  if (sort.by === 'start') {
    const calls = await list(reading, client, scope, filter, company, limit, after, sort.down ? side : BACK[side]);
    return sort.down ? calls : calls.reverse();
  }
  const { from, conditions, params } = callSource(filter, askedBy(scope, company), reading.byPeople ? 'read' : 'not');
  const { sql, type } = SORTED_BY[sort.by];
  const goesDown = sort.down === (side === 'older');
  const beyond = `(${sql}, started_at, id) ${goesDown ? '<' : '>'}
    ({afterValue: ${type}}, fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC'), {afterId: String})`;
  const order = goesDown ? 'DESC' : 'ASC';
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${reading.columns} FROM ${from([...conditions, ...(after ? [beyond] : [])])}
      ORDER BY ${sql} ${order}, started_at ${order}, id ${order} LIMIT {limit: UInt32}`,
    params: { ...params, limit, ...(after ? { afterValue: after.value, afterStart: after.startedAt, afterId: after.id } : {}) },
  });
  const calls = rows.map(reading.rowOf);
  return side === 'newer' ? calls.reverse() : calls;
}

interface Part extends Omit<CallSource, 'conditions'> {
  conditions: readonly string[];
  params: Record<string, unknown> & { limit: number };
}

/**
 * When the calls of a page begin. Those that the first window has too few of lie far apart: their starts are found out of the columns
 * of the conditions alone, so that nothing else is read on the way to them.
 */
async function startsOf(client: ClickHouseClient, scope: TenantScope, { from, conditions, params }: Part, side: Side): Promise<string[]> {
  const key = `${side === 'older' ? '-' : ''}toUnixTimestamp64Micro(started_at)`;
  const [found] = await run<{ starts: string[] }>(client, scope, {
    // the number of them is a part of the function's name, and no parameter
    sql: `SELECT groupArraySorted(${Math.trunc(params.limit)})(${key}) AS starts FROM ${from(conditions)}`,
    params,
  });
  return (found?.starts ?? []).map((us) => secondsText(Math.abs(Number(us))));
}

function startingAt({ conditions, params, ...lies }: Part, starts: readonly string[], limit: number): Part {
  return {
    ...lies,
    conditions: [...conditions, "started_at IN {starts: Array(DateTime64(6, 'UTC'))}"],
    params: { ...params, starts, limit },
  };
}

/** Of µs since the epoch: seconds with six digits after the point, as the store reads a time. */
const secondsText = (us: number) => `${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')}`;

function partIn({ conditions, params, ...lies }: Part, { from, to }: Window, limit: number): Part {
  return {
    ...lies,
    conditions: [
      ...conditions,
      ...(from === undefined ? [] : [`started_at >= fromUnixTimestamp64Milli({windowFrom: Int64}, 'UTC')`]),
      ...(to === undefined ? [] : [`started_at < fromUnixTimestamp64Milli({windowTo: Int64}, 'UTC')`]),
    ],
    params: { ...params, limit, ...(from === undefined ? {} : { windowFrom: from }), ...(to === undefined ? {} : { windowTo: to }) },
  };
}

/** What a list of missed calls can be put in the order of. */
const ORDERED_BY = {
  at: 'started_at',
  from: 'caller',
  number: 'number',
  wait: 'toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(started_at)',
  reason: 'missed_kind',
} as const;
export type MissedOrder = keyof typeof ORDERED_BY;

/** A part of the missed calls that the filter lets through, in any order; calls that are alike in it, newest first. */
export async function orderedMissed(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { by, down, limit, offset }: { by: MissedOrder; down: boolean; limit: number; offset: number },
): Promise<CallRow[]> {
  const missed = narrow(filter, MISSED);
  if (missed === null) return [];
  const { conditions, params } = whereOf(missed, askedBy(scope, company));
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${WHOLE.columns} FROM calls WHERE ${conditions.join(' AND ')}
      ORDER BY ${ORDERED_BY[by]} ${down ? 'DESC' : 'ASC'}, started_at DESC, id DESC LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
    params: { ...params, limit, offset },
  });
  return rows.map(WHOLE.rowOf);
}

const COUNTED = ['calls', 'in', 'out', 'internal', 'inMissed'] as const satisfies MeasureId[];
export type CallCounts = Record<(typeof COUNTED)[number], number>;

/** How many calls the filter lets through: all, by direction, and missed. */
export async function countCalls(client: ClickHouseClient, scope: TenantScope, filter: CallFilter, company: Company): Promise<CallCounts> {
  const rows = await run<StoreRow>(client, scope, compile(planFigures(COUNTED, filter, askedBy(scope, company))));
  return figuresOf(COUNTED, rows) as CallCounts;
}

/** The same for every employee or own number that has calls; '' = without one. */
export async function countCallsBy(
  client: ClickHouseClient,
  scope: TenantScope,
  by: 'employee' | 'number',
  filter: CallFilter,
  company: Company,
): Promise<Map<string, CallCounts>> {
  const rows = await run<StoreRow>(client, scope, compile(planFigures(COUNTED, filter, askedBy(scope, company), by)));
  return new Map(rows.map((row) => [String(row[KEY]), figuresOf(COUNTED, [row]) as CallCounts]));
}

/** The conversation that a Call-ID belongs to, or null; of one that was used again, the first. */
export async function findCall(client: ClickHouseClient, scope: TenantScope, callId: string): Promise<CallRow | null> {
  const [first] = await conversationsOf(client, scope, callId);
  return first ?? null;
}

/** A phone that uses a Call-ID more often than this is out of order. */
const MOST_USES = 100;

/** Every conversation of a Call-ID, the one whose id it is first, then by their beginnings: a Call-ID may be used again. */
export async function conversationsOf(client: ClickHouseClient, scope: TenantScope, callId: string): Promise<CallRow[]> {
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${WHOLE.columns} FROM calls
      WHERE tenant = {tenant: String} AND (started_at, id) IN (SELECT started_at, id FROM call_ids WHERE tenant = {tenant: String} AND (call_id = {callId: String} OR call_id = {firstId: String}))
        AND (id = {callId: String} OR has(call_ids, {callId: String}))
      ORDER BY (id = {callId: String}) DESC, started_at LIMIT ${MOST_USES}`,
    params: { callId, firstId: callId.replace(/~\d+$/, '') },
  });
  return rows.map(WHOLE.rowOf).filter((call) => maySee(scope, call));
}

/** Those of these calls that the asker sees, by id. */
export async function callsByIds(client: ClickHouseClient, scope: TenantScope, ids: readonly string[]): Promise<Map<string, CallRow>> {
  if (ids.length === 0) return new Map();
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${WHOLE.columns} FROM calls
      WHERE tenant = {tenant: String} AND id IN {ids: Array(String)} AND (started_at, id) IN (
        SELECT started_at, id FROM call_ids WHERE call_id IN {callIds: Array(String)} AND tenant = {tenant: String})`,
    params: { ids, callIds: [...new Set(ids.map((id) => id.replace(/~\d+$/, '')))] },
  });
  return new Map(
    rows
      .map(WHOLE.rowOf)
      .filter((call) => maySee(scope, call))
      .map((call) => [call.id, call]),
  );
}

const maySee = ({ within }: TenantScope, call: CallRow): boolean =>
  reachesCall(within, { ...call, employees: [call, ...call.legs].map((part) => part.employee) });
