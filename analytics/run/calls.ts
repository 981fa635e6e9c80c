import type { CallRow, Direction, Leg } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run } from './run.ts';

/** Filters of the journal; all given ones must match. Numbers are normalised by the caller. Times in µs, [from, to). */
export interface CallFilter {
  fromUs: number;
  toUs: number;
  direction?: Direction[];
  result?: CallResult[];
  number?: string;
  employee?: string;
  group?: string;
  caller?: string;
  talkMinMs?: number;
  talkMaxMs?: number;
}

/** The last call of the page before: what follows is older, or as old with a smaller id. */
export interface After {
  startedAt: number;
  id: string;
}

const COLUMNS = `tenant, id, call_ids, direction, result, missed_kind, caller, dialled, dialled_raw, number, answered_by, employee, group_id,
  toUnixTimestamp64Micro(started_at) AS started_us, toUnixTimestamp64Micro(ringing_at) AS ringing_us, toUnixTimestamp64Micro(answered_at) AS answered_us,
  toUnixTimestamp64Micro(ended_at) AS ended_us, sip_code, hangup_by, from_host, dialled_host, edge_tenant, record_rule, source,
  leg_target, leg_employee, arrayMap(t -> toUnixTimestamp64Micro(t), leg_started_at) AS leg_started_us, leg_result, leg_sip_code, leg_rang, revision`;

const TALK_US = `if(answered_at > toDateTime64(0, 6, 'UTC'), toUnixTimestamp64Micro(ended_at) - toUnixTimestamp64Micro(answered_at), 0)`;

/** Newest first, by the table's own order: a page costs the same at any depth. */
export async function listCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  limit: number,
  after: After | null,
): Promise<CallRow[]> {
  const where = [
    `tenant = {tenant: String}`,
    `started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC')`,
    `started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')`,
  ];
  const params: Record<string, unknown> = { from: filter.fromUs, to: filter.toUs, limit };
  const add = (condition: string, values: Record<string, unknown>) => {
    where.push(condition);
    Object.assign(params, values);
  };
  if (filter.direction) add('direction IN ({direction: Array(String)})', { direction: filter.direction });
  if (filter.result) add('result IN ({result: Array(String)})', { result: filter.result });
  if (filter.number !== undefined) add('number = {number: String}', { number: filter.number });
  // called, answered, or was offered a leg
  if (filter.employee !== undefined)
    add('(employee = {employee: String} OR has(leg_employee, {employee: String}))', { employee: filter.employee });
  if (filter.group !== undefined) add('group_id = {group: String}', { group: filter.group });
  if (filter.caller !== undefined) add('caller = {caller: String}', { caller: filter.caller });
  if (filter.talkMinMs !== undefined) add(`${TALK_US} >= {talkMin: Int64}`, { talkMin: filter.talkMinMs * 1_000 });
  if (filter.talkMaxMs !== undefined) add(`${TALK_US} <= {talkMax: Int64}`, { talkMax: filter.talkMaxMs * 1_000 });
  if (after) {
    // the first part lets the primary key cut, the second is exact
    add(
      `started_at <= fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') AND (started_at < fromUnixTimestamp64Micro({afterStart: Int64}, 'UTC') OR id < {afterId: String})`,
      {
        afterStart: after.startedAt,
        afterId: after.id,
      },
    );
  }
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${COLUMNS} FROM calls WHERE ${where.join(' AND ')} ORDER BY tenant DESC, started_at DESC, id DESC LIMIT {limit: UInt32}`,
    params,
  });
  return rows.map(rowOf);
}

/** The conversation that a Call-ID belongs to, or null. */
export async function findCall(client: ClickHouseClient, scope: TenantScope, callId: string): Promise<CallRow | null> {
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${COLUMNS} FROM calls
      WHERE tenant = {tenant: String} AND (started_at, id) IN (SELECT started_at, id FROM call_ids WHERE tenant = {tenant: String} AND (call_id = {callId: String} OR call_id = {firstId: String}))
        AND (id = {callId: String} OR has(call_ids, {callId: String}))
      ORDER BY (id = {callId: String}) DESC, started_at LIMIT 1`,
    params: { callId, firstId: callId.replace(/~\d+$/, '') },
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

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
