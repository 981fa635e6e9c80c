import type { CallRow, Direction, Leg } from '@callscope/core/domain/call.ts';
import { reachesCall } from '@callscope/core/domain/reach.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { MeasureId } from '../catalog/measures.ts';
import { figuresOf, KEY, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import type { CallFilter } from '../query/filter.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { whereOf } from '../query/where.ts';
import { askedBy, run } from './run.ts';

/** The call that a page begins beside: older ones started before it, or as early with a smaller id; newer ones are the others. */
export interface After {
  startedAt: number;
  id: string;
}
export type Side = 'older' | 'newer';

/** The first part lets the primary key cut, the second is exact. */
const BEYOND: Record<Side, string> = {
  older: `started_at <= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC')
  AND (started_at < fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id < {afterId: String})`,
  newer: `started_at >= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC')
  AND (started_at > fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id > {afterId: String})`,
};
const ORDER: Record<Side, string> = {
  older: 'tenant DESC, started_at DESC, id DESC',
  newer: 'tenant, started_at, id',
};

const COLUMNS = `tenant, id, call_ids, direction, result, missed_kind, caller, dialled, dialled_raw, number, answered_by, employee, group_id,
  toUnixTimestamp64Micro(started_at) AS started_us, toUnixTimestamp64Micro(ringing_at) AS ringing_us, toUnixTimestamp64Micro(answered_at) AS answered_us,
  toUnixTimestamp64Micro(ended_at) AS ended_us, sip_code, hangup_by, from_host, dialled_host, edge_tenant, record_rule, source,
  leg_target, leg_employee, arrayMap(t -> toUnixTimestamp64Micro(t), leg_started_at) AS leg_started_us, leg_result, leg_sip_code, leg_rang, revision`;

/** Newest first, by the table's own order: a page costs the same at any depth. @param side of `after` that is wanted */
export async function listCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  limit: number,
  after: After | null,
  side: Side = 'older',
): Promise<CallRow[]> {
  const { conditions, params } = whereOf(filter, askedBy(scope, company));
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${COLUMNS} FROM calls WHERE ${[...conditions, ...(after ? [BEYOND[side]] : [])].join(' AND ')} ORDER BY ${ORDER[side]} LIMIT {limit: UInt32}`,
    params: { ...params, limit, ...(after ? { afterStart: after.startedAt, afterId: after.id } : {}) },
  });
  const calls = rows.map(rowOf);
  return side === 'newer' ? calls.reverse() : calls;
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
    sql: `SELECT ${COLUMNS} FROM calls
      WHERE tenant = {tenant: String} AND (started_at, id) IN (SELECT started_at, id FROM call_ids WHERE tenant = {tenant: String} AND (call_id = {callId: String} OR call_id = {firstId: String}))
        AND (id = {callId: String} OR has(call_ids, {callId: String}))
      ORDER BY (id = {callId: String}) DESC, started_at LIMIT ${MOST_USES}`,
    params: { callId, firstId: callId.replace(/~\d+$/, '') },
  });
  return rows.map(rowOf).filter((call) => maySee(scope, call));
}

const maySee = ({ within }: TenantScope, call: CallRow): boolean =>
  reachesCall(within, { ...call, employees: [call, ...call.legs].map((part) => part.employee) });

interface StoredCall {
  tenant: string;
  id: string;
  call_ids: string[];
  direction: Direction;
  result: CallResult;
  missed_kind: CallRow['missedKind'];
  caller: string;
  dialled: string;
  dialled_raw: string;
  number: string;
  answered_by: string;
  employee: string;
  group_id: string;
  started_us: string;
  ringing_us: string;
  answered_us: string;
  ended_us: string;
  sip_code: number;
  hangup_by: CallRow['hangupBy'];
  from_host: string;
  dialled_host: string;
  edge_tenant: string;
  record_rule: string;
  source: CallRow['source'];
  leg_target: string[];
  leg_employee: string[];
  leg_started_us: string[];
  leg_result: CallResult[];
  leg_sip_code: number[];
  leg_rang: number[];
  revision: number;
}

function rowOf(s: StoredCall): CallRow {
  const legs: Leg[] = s.leg_target.map((target, i) => ({
    target,
    employee: s.leg_employee[i] ?? '',
    startedAt: Number(s.leg_started_us[i] ?? 0),
    result: s.leg_result[i] ?? 'failed',
    sipCode: s.leg_sip_code[i] ?? 0,
    rang: s.leg_rang[i] === 1,
  }));
  return {
    tenant: s.tenant,
    id: s.id,
    callIds: s.call_ids,
    direction: s.direction,
    result: s.result,
    missedKind: s.missed_kind,
    from: s.caller,
    dialled: s.dialled,
    dialledRaw: s.dialled_raw,
    number: s.number,
    answeredBy: s.answered_by,
    employee: s.employee,
    group: s.group_id,
    startedAt: Number(s.started_us),
    ringingAt: Number(s.ringing_us),
    answeredAt: Number(s.answered_us),
    endedAt: Number(s.ended_us),
    sipCode: s.sip_code,
    hangupBy: s.hangup_by,
    fromHost: s.from_host,
    dialledHost: s.dialled_host,
    edgeTenant: s.edge_tenant,
    recordRule: s.record_rule,
    source: s.source,
    legs,
    revision: s.revision,
  };
}
