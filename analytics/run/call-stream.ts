import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { CallFilter } from '../query/filter.ts';
import type { Company } from '../query/plan.ts';
import { canSort, type Sort } from '../query/sort.ts';
import { whereOf } from '../query/where.ts';
import { BEYOND, ORDER, SORTED_BY } from './calls.ts';
import { askedBy, runValues } from './run.ts';

/** What can be read of a call without making one: times in µs since the epoch, 0 = did not happen; texts as `CallRow` has them. */
const FIELDS = {
  ...{ id: 'id', direction: 'direction', result: 'result', missedKind: 'missed_kind', from: 'caller', dialled: 'dialled' },
  ...{ number: 'number', answeredBy: 'answered_by', employee: 'employee', group: 'group_id', sipCode: 'sip_code', hangupBy: 'hangup_by' },
  ...{ startedAt: micros('started_at'), ringingAt: micros('ringing_at'), answeredAt: micros('answered_at'), endedAt: micros('ended_at') },
  recordRule: 'record_rule',
} as const;
export type CallField = keyof typeof FIELDS;
/** In the order in which they were asked for. */
export type CallValues = readonly (string | number)[];

/** 64 bits come as text from some stores: a double holds µs of this century. */
function micros(column: string): string {
  return `toFloat64(toUnixTimestamp64Micro(${column}))`;
}

/** Rows of the first part, so that a file begins at once, and of those after it: what is held in memory is two parts. */
const FIRST_PART = 2_000;
const A_PART = 20_000;
/** Another order is made anew for every part. */
const A_SORTED_PART = 50_000;

interface Asked {
  fields: readonly CallField[];
  /** null: newest first. The filter must allow it (`canSort`) */
  sort: Sort | null;
  /** only these of the calls that the filter lets through; null: all */
  ids: readonly string[] | null;
}

/**
 * All calls that the filter lets through, part by part and by key: a call that is written meanwhile moves no other, so none comes
 * twice and none is left out. The next part is read while one is used; whoever stops taking them stops the reading.
 * @throws QueryTooLarge, StoreUnavailable
 */
export async function* streamCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { fields, sort, ids }: Asked,
): AsyncGenerator<CallValues[]> {
  if (!canSort(sort, filter)) throw new Error('calls are sorted within a month at most');
  const { conditions, params } = whereOf(filter, askedBy(scope, company));
  const { order, beyond, key } = listed(sort);
  const read = [...new Set<CallField>([...fields, 'startedAt', 'id'])];
  const [started, id] = [read.indexOf('startedAt'), read.indexOf('id')];
  const columns = [...read.map((field) => FIELDS[field]), ...(key === null ? [] : [key])].join(', ');
  const partAfter = (last: CallValues | null, limit: number): Promise<CallValues[]> =>
    runValues(client, scope, {
      sql: `SELECT ${columns} FROM calls
        WHERE ${[...conditions, ...(ids === null ? [] : [AMONG]), ...(last ? [beyond] : [])].join(' AND ')}
        ORDER BY ${order} LIMIT {limit: UInt32}`,
      params: {
        ...{ ...params, limit },
        ...(ids === null ? {} : { ids, callIds: [...new Set(ids.map((one) => one.replace(/~\d+$/, '')))] }),
        ...(last ? { afterStart: last[started], afterId: last[id], ...(key === null ? {} : { afterValue: last.at(-1) }) } : {}),
      },
    });
  let limit = FIRST_PART;
  let next: Promise<CallValues[]> | null = partAfter(null, limit);
  while (next) {
    const rows: CallValues[] = await next;
    const last = rows.length < limit ? undefined : rows.at(-1);
    limit = key === null ? A_PART : A_SORTED_PART;
    next = last ? partAfter(last, limit) : null;
    // where nobody takes it any more its failure is nobody's
    next?.catch(() => undefined);
    if (rows.length > 0) yield rows;
  }
}

/** Calls that are named are found by the index of Call-IDs. */
const AMONG = `id IN {ids: Array(String)} AND (started_at, id) IN (
  SELECT started_at, id FROM call_ids WHERE call_id IN {callIds: Array(String)} AND tenant = {tenant: String})`;

/** @returns key: SQL of the value that rows are sorted by, read beside them; null: it is their start */
function listed(sort: Sort | null): { order: string; beyond: string; key: string | null } {
  if (sort === null || sort.by === 'start') {
    const side = sort === null || sort.down ? 'older' : 'newer';
    return { order: ORDER[side], beyond: BEYOND[side], key: null };
  }
  const { sql, type } = SORTED_BY[sort.by];
  const way = sort.down ? 'DESC' : 'ASC';
  return {
    order: `${sql} ${way}, started_at ${way}, id ${way}`,
    beyond: `(${sql}, started_at, id) ${sort.down ? '<' : '>'}
      ({afterValue: ${type}}, fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC'), {afterId: String})`,
    key: sql,
  };
}
