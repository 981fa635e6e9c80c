import type { CallRow, Direction } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { MeasureId } from '../catalog/measures.ts';
import { figuresOf, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import { type CallFilter, MISSED, narrow } from '../query/filter.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { whereOf } from '../query/where.ts';
import { askedBy, type CompiledQuery, run } from './run.ts';

/** A call with an outside number, as far as it matters who reached whom. Times in µs since the epoch, 0 = did not happen. */
export interface OutsideCall
  extends Pick<
    CallRow,
    'id' | 'direction' | 'from' | 'dialled' | 'number' | 'employee' | 'group' | 'startedAt' | 'answeredAt' | 'endedAt'
  > {
  /** employees who were offered a leg */
  offered: string[];
}

/** While a call changes place both of its rows may be there: the newer one counts. */
const ONCE = 'ORDER BY id, revision DESC LIMIT 1 BY id';
const COLUMNS = `id, direction, caller, dialled, number, employee, group_id, leg_employee, toUnixTimestamp64Micro(started_at) AS started_us,
  toUnixTimestamp64Micro(answered_at) AS answered_us, toUnixTimestamp64Micro(ended_at) AS ended_us`;
const SINCE = `started_at >= fromUnixTimestamp64Micro({since: Int64}, 'UTC')`;

/** Calls from and to these outside numbers that began at or after a moment, in no order. @param since µs */
export function callsOfNumbers(
  client: ClickHouseClient,
  scope: TenantScope,
  numbers: readonly string[],
  since: number,
): Promise<OutsideCall[]> {
  return ask(client, scope, {
    sql: `SELECT ${COLUMNS} FROM calls WHERE tenant = {tenant: String} AND ${SINCE}
      AND ((direction = 'in' AND caller IN {numbers: Array(String)}) OR (direction = 'out' AND dialled IN {numbers: Array(String)})) ${ONCE}`,
    params: { numbers, since },
  });
}

/** These calls, as far as they are there and began at or after a moment, in no order. @param since µs */
export function callsByIds(client: ClickHouseClient, scope: TenantScope, ids: readonly string[], since: number): Promise<OutsideCall[]> {
  return ask(client, scope, {
    sql: `SELECT ${COLUMNS} FROM calls WHERE tenant = {tenant: String} AND ${SINCE} AND id IN {ids: Array(String)} ${ONCE}`,
    params: { ids, since },
  });
}

/** Who called and was not answered from a moment on: each number with its first such call, µs, and that call's id. @param since µs */
export async function missedCallers(
  client: ClickHouseClient,
  scope: TenantScope,
  since: number,
): Promise<{ id: string; from: string; startedAt: number }[]> {
  const rows = await run<{ id: string; caller: string; started_us: string }>(client, scope, {
    sql: `SELECT id, caller, toUnixTimestamp64Micro(started_at) AS started_us FROM calls
      WHERE tenant = {tenant: String} AND ${SINCE} AND direction = 'in' AND result != 'answered' ORDER BY started_at`,
    params: { since },
  });
  return rows.map((r) => ({ id: r.id, from: r.caller, startedAt: Number(r.started_us) }));
}

/** Most calls that a filter may let through where they are looked up one by one. */
export const MOST_IDS = 20_000;

/** Ids of the calls that a filter lets through, newest first; at most one more than MOST_IDS. */
export async function idsOfCalls(client: ClickHouseClient, scope: TenantScope, filter: CallFilter, company: Company): Promise<string[]> {
  const { conditions, params } = whereOf(filter, askedBy(scope, company));
  const rows = await run<{ id: string }>(client, scope, {
    sql: `SELECT id FROM calls WHERE ${conditions.join(' AND ')} ORDER BY tenant DESC, started_at DESC LIMIT {most: UInt32}`,
    params: { ...params, most: MOST_IDS + 1 },
  });
  return rows.map((r) => r.id);
}

const OF_MISSED = ['inMissed', 'busyHit', 'outOfHours', 'shortAbandon', 'notTaken', 'uniqueCallers'] as const satisfies MeasureId[];

/** Missed calls that a filter lets through, by kind, and from how many different numbers. */
export async function countMissed(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
): Promise<Record<(typeof OF_MISSED)[number], number>> {
  const missed = narrow(filter, MISSED);
  const rows = missed ? await run<StoreRow>(client, scope, compile(planFigures(OF_MISSED, missed, askedBy(scope, company)))) : [];
  return figuresOf(OF_MISSED, rows) as Record<(typeof OF_MISSED)[number], number>;
}

async function ask(client: ClickHouseClient, scope: TenantScope, query: CompiledQuery): Promise<OutsideCall[]> {
  const rows = await run<{
    id: string;
    direction: Direction;
    caller: string;
    dialled: string;
    number: string;
    employee: string;
    group_id: string;
    leg_employee: string[];
    started_us: string;
    answered_us: string;
    ended_us: string;
  }>(client, scope, query);
  return rows.map((r) => ({
    id: r.id,
    direction: r.direction,
    from: r.caller,
    dialled: r.dialled,
    number: r.number,
    employee: r.employee,
    group: r.group_id,
    startedAt: Number(r.started_us),
    answeredAt: Number(r.answered_us),
    endedAt: Number(r.ended_us),
    offered: r.leg_employee,
  }));
}
