import type { CallRow, Leg } from '@callscope/core/domain/call.ts';
import type { ClickHouseClient } from '@clickhouse/client';

/** Column of the store, its type as a query parameter, and its value in a row: each column of `calls` once. */
const COLUMNS: readonly { name: string; type: string; value(row: CallRow): unknown }[] = [
  { name: 'call_ids', type: 'Array(String)', value: (r) => r.callIds },
  { name: 'direction', type: 'String', value: (r) => r.direction },
  { name: 'result', type: 'String', value: (r) => r.result },
  { name: 'missed_kind', type: 'String', value: (r) => r.missedKind },
  { name: 'caller', type: 'String', value: (r) => r.from },
  { name: 'dialled', type: 'String', value: (r) => r.dialled },
  { name: 'dialled_raw', type: 'String', value: (r) => r.dialledRaw },
  { name: 'number', type: 'String', value: (r) => r.number },
  { name: 'answered_by', type: 'String', value: (r) => r.answeredBy },
  { name: 'employee', type: 'String', value: (r) => r.employee },
  { name: 'group_id', type: 'String', value: (r) => r.group },
  { name: 'ringing_at', type: 'time', value: (r) => r.ringingAt },
  { name: 'answered_at', type: 'time', value: (r) => r.answeredAt },
  { name: 'ended_at', type: 'time', value: (r) => r.endedAt },
  { name: 'sip_code', type: 'UInt16', value: (r) => r.sipCode },
  { name: 'hangup_by', type: 'String', value: (r) => r.hangupBy },
  { name: 'from_host', type: 'String', value: (r) => r.fromHost },
  { name: 'dialled_host', type: 'String', value: (r) => r.dialledHost },
  { name: 'edge_tenant', type: 'String', value: (r) => r.edgeTenant },
  { name: 'record_rule', type: 'String', value: (r) => r.recordRule },
  { name: 'trunk', type: 'String', value: (r) => r.trunk },
  { name: 'source', type: 'String', value: (r) => r.source },
  { name: 'leg_target', type: 'Array(String)', value: (r) => r.legs.map((l) => l.target) },
  { name: 'leg_employee', type: 'Array(String)', value: (r) => r.legs.map((l) => l.employee) },
  { name: 'leg_started_at', type: 'times', value: (r) => r.legs.map((l) => l.startedAt) },
  { name: 'leg_result', type: 'Array(String)', value: (r) => r.legs.map((l) => l.result) },
  { name: 'leg_sip_code', type: 'Array(UInt16)', value: (r) => r.legs.map((l) => l.sipCode) },
  { name: 'leg_rang', type: 'Array(UInt8)', value: (r) => r.legs.map((l) => (l.rang ? 1 : 0)) },
  { name: 'revision', type: 'UInt32', value: (r) => r.revision },
];

/**
 * Sets every column of a row that stays where it is (same company, start and id) to absolute values: a lightweight
 * UPDATE, so doing it twice does no harm.
 */
export async function updateCall(client: ClickHouseClient, row: CallRow): Promise<void> {
  const set: string[] = [];
  const params: Record<string, unknown> = { tenant: row.tenant, startedAt: row.startedAt, id: row.id };
  COLUMNS.forEach((column, i) => {
    const value = column.value(row);
    params[`p${i}`] = value;
    if (column.type === 'time') set.push(`${column.name} = fromUnixTimestamp64Micro({p${i}: Int64}, 'UTC')`);
    else if (column.type === 'times') set.push(`${column.name} = arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), {p${i}: Array(Int64)})`);
    else set.push(`${column.name} = {p${i}: ${column.type}}`);
  });
  await client.command({
    query: `UPDATE calls SET ${set.join(', ')} WHERE tenant = {tenant: String} AND started_at = fromUnixTimestamp64Micro({startedAt: Int64}, 'UTC') AND id = {id: String}`,
    query_params: params,
    clickhouse_settings: { enable_lightweight_update: 1, allow_experimental_lightweight_update: 1 } as never,
  });
}

/**
 * Parameters travel in the address of the request, which may have 1 MiB: so many calls' names fit, be every Call-ID as long
 * as any may be (512 bytes, three for one where they are percent-encoded).
 */
const NAMED_AT_ONCE = 250;

/** One request for each part of a list that fits into one; one after the other. */
async function inParts<T, R>(list: readonly T[], work: (part: T[]) => Promise<R[]>): Promise<R[]> {
  const out: R[] = [];
  for (let i = 0; i < list.length; i += NAMED_AT_ONCE) out.push(...(await work(list.slice(i, i + NAMED_AT_ONCE))));
  return out;
}

const ZIPPED = `SELECT t.1, t.2, t.3, t.4 FROM (SELECT arrayJoin(arrayZip({tenants: Array(String)}, {starts: Array(Int64)}, {ids: Array(String)}, {revisions: Array(UInt32)})) AS t)`;

/** Takes away superseded rows by company, start, id and revision; their successors are in the store already. */
export async function deleteSuperseded(client: ClickHouseClient, old: readonly CallRow[]): Promise<void> {
  await inParts(old, async (rows) => {
    await client.command({
      query: `DELETE FROM calls WHERE tenant IN ({tenants: Array(String)}) AND (tenant, toUnixTimestamp64Micro(started_at), id, revision) IN (${ZIPPED})`,
      query_params: {
        tenants: rows.map((r) => r.tenant),
        starts: rows.map((r) => r.startedAt),
        ids: rows.map((r) => r.id),
        revisions: rows.map((r) => r.revision),
      },
    });
    return [];
  });
}

/** Takes away whatever is written of the people of calls that are gone for good: a call may begin anew where one was. */
export async function deletePeople(client: ClickHouseClient, calls: readonly CallRow[]): Promise<void> {
  await inParts(calls, async (rows) => {
    await client.command({
      query: `DELETE FROM call_people WHERE tenant IN ({tenants: Array(String)}) AND (tenant, toUnixTimestamp64Micro(started_at), id) IN (
        SELECT t.1, t.2, t.3 FROM (SELECT arrayJoin(arrayZip({tenants: Array(String)}, {starts: Array(Int64)}, {ids: Array(String)})) AS t))`,
      query_params: {
        tenants: rows.map((r) => r.tenant),
        starts: rows.map((r) => r.startedAt),
        ids: rows.map((r) => r.id),
      },
    });
    return [];
  });
}

/** Takes away what led from a Call-ID to a call that has it no longer, or to a company that has the call no longer. */
export async function deleteCallIds(client: ClickHouseClient, old: readonly CallIdsOfCall[]): Promise<void> {
  const all = old.flatMap((r) => r.callIds.map((callId) => ({ callId, tenant: r.tenant, id: r.id })));
  await inParts(all, async (triples) => {
    await client.command({
      query: `DELETE FROM call_ids WHERE (call_id, tenant, id) IN (SELECT t.1, t.2, t.3 FROM (SELECT arrayJoin(arrayZip({callIds: Array(String)}, {tenants: Array(String)}, {ids: Array(String)})) AS t))`,
      query_params: { callIds: triples.map((t) => t.callId), tenants: triples.map((t) => t.tenant), ids: triples.map((t) => t.id) },
    });
    return [];
  });
}

export type CallIdsOfCall = Pick<CallRow, 'tenant' | 'id' | 'callIds'>;

const FIELDS = `tenant, id, toUnixTimestamp64Micro(started_at) AS started, ${COLUMNS.map((c) =>
  c.type === 'time'
    ? `toUnixTimestamp64Micro(${c.name}) AS ${c.name}_us`
    : c.type === 'times'
      ? `arrayMap(t -> toUnixTimestamp64Micro(t), ${c.name}) AS ${c.name}_us`
      : c.name,
).join(', ')}`;
const SELECT = `SELECT ${FIELDS} FROM calls`;

/** Columns of a call beside company, start, id and revision: what two rows of it can differ in. */
export const CALL_COLUMNS: readonly string[] = COLUMNS.map((c) => c.name).filter((name) => name !== 'revision');

/** Rows of a table of calls (`calls`, or a copy of it). @param where condition on its columns, with these parameters */
export async function selectCalls(
  client: ClickHouseClient,
  table: string,
  where: string,
  params: Record<string, unknown>,
): Promise<CallRow[]> {
  const answer = await client.query({
    query: `SELECT ${FIELDS} FROM ${table} WHERE ${where}`,
    query_params: params,
    format: 'JSONEachRow',
  });
  return (await answer.json<StoredCall>()).map(fromStore);
}

interface StoredCall {
  tenant: string;
  id: string;
  started: string;
  [column: string]: unknown;
}

/** Rows of these conversations, found by any of their Call-IDs; each once, however many of its Call-IDs are asked for. */
export async function findCalls(client: ClickHouseClient, callIds: readonly string[]): Promise<CallRow[]> {
  const rows = await inParts(callIds, async (part) => {
    const answer = await client.query({
      query: `${SELECT} WHERE (tenant, started_at, id) IN (SELECT tenant, started_at, id FROM call_ids WHERE call_id IN ({callIds: Array(String)}))`,
      query_params: { callIds: part },
      format: 'JSONEachRow',
    });
    return answer.json<StoredCall>();
  });
  const once = new Map(rows.map((row) => [`${row.tenant} ${row.started} ${row.id} ${row.revision}`, row]));
  return [...once.values()].map(fromStore);
}

/** One page of the calls of some companies in [since, until), in order of (tenant, start, id); `after` is the last row of the page before. */
export async function pageOfCalls(
  client: ClickHouseClient,
  query: { tenants: readonly string[]; edgeTenant: string; sinceUs: number; untilUs: number; after: CallRow | null; limit: number },
): Promise<CallRow[]> {
  const answer = await client.query({
    query: `${SELECT}
      WHERE tenant IN ({tenants: Array(String)}) AND started_at >= fromUnixTimestamp64Micro({since: Int64}, 'UTC')
        AND started_at < fromUnixTimestamp64Micro({until: Int64}, 'UTC')
        AND (tenant = {own: String} OR edge_tenant IN ('', {own: String}))
        AND (tenant, toUnixTimestamp64Micro(started_at), id, revision) > ({afterTenant: String}, {afterStart: Int64}, {afterId: String}, {afterRevision: UInt32})
      ORDER BY tenant, started_at, id, revision LIMIT {limit: UInt32}`,
    query_params: {
      tenants: query.tenants,
      own: query.edgeTenant,
      since: query.sinceUs,
      until: query.untilUs,
      afterTenant: query.after?.tenant ?? '',
      afterStart: query.after?.startedAt ?? 0,
      afterId: query.after?.id ?? '',
      afterRevision: query.after?.revision ?? 0,
      limit: query.limit,
    },
    format: 'JSONEachRow',
  });
  return (await answer.json<StoredCall>()).map(fromStore);
}

function fromStore(s: StoredCall): CallRow {
  const list = <T>(name: string) => s[name] as T[];
  const legs: Leg[] = list<string>('leg_target').map((target, i) => ({
    target,
    employee: list<string>('leg_employee')[i] ?? '',
    startedAt: Number(list<string>('leg_started_at_us')[i]),
    result: list<Leg['result']>('leg_result')[i] ?? 'failed',
    sipCode: list<number>('leg_sip_code')[i] ?? 0,
    rang: list<number>('leg_rang')[i] === 1,
  }));
  return {
    tenant: s.tenant,
    id: s.id,
    callIds: list<string>('call_ids'),
    direction: s.direction as CallRow['direction'],
    result: s.result as CallRow['result'],
    missedKind: s.missed_kind as CallRow['missedKind'],
    from: s.caller as string,
    dialled: s.dialled as string,
    dialledRaw: s.dialled_raw as string,
    number: s.number as string,
    answeredBy: s.answered_by as string,
    employee: s.employee as string,
    group: s.group_id as string,
    startedAt: Number(s.started),
    ringingAt: Number(s.ringing_at_us),
    answeredAt: Number(s.answered_at_us),
    endedAt: Number(s.ended_at_us),
    sipCode: s.sip_code as number,
    hangupBy: s.hangup_by as CallRow['hangupBy'],
    fromHost: s.from_host as string,
    dialledHost: s.dialled_host as string,
    edgeTenant: s.edge_tenant as string,
    recordRule: s.record_rule as string,
    trunk: s.trunk as string,
    source: s.source as CallRow['source'],
    legs,
    revision: s.revision as number,
  };
}

export interface RawOfCalls {
  messages: { callId: string; at: number; src: string; dst: string; hash: number; correlation: string; payload: string }[];
  events: { callId: string; at: number; body: string }[];
}

/** Raw SIP messages (payload as Latin-1 text of its bytes) and events of some Call-IDs; copies may be among them. */
export async function rawOfCalls(client: ClickHouseClient, callIds: readonly string[]): Promise<RawOfCalls> {
  const ask = <T>(query: string): Promise<T[]> =>
    inParts(callIds, async (part) => (await client.query({ query, query_params: { callIds: part }, format: 'JSONEachRow' })).json<T>());
  const [messages, events] = await Promise.all([
    ask<{ call_id: string; us: string; src: string; dst: string; hash: number; correlation: string; payload: string }>(
      `SELECT call_id, toUnixTimestamp64Micro(at) AS us, concat(src_ip, ':', toString(src_port)) AS src, concat(dst_ip, ':', toString(dst_port)) AS dst, hash, correlation, base64Encode(payload) AS payload
       FROM messages WHERE call_id IN ({callIds: Array(String)}) AND method IN ('INVITE', 'BYE', 'CANCEL', 'REFER') LIMIT 2000 BY call_id`,
    ),
    ask<{ call_id: string; us: string; body: string }>(
      `SELECT call_id, toUnixTimestamp64Micro(at) AS us, body FROM events WHERE call_id IN ({callIds: Array(String)}) LIMIT 2000 BY call_id`,
    ),
  ]);
  return {
    messages: messages.map((m) => ({
      callId: m.call_id,
      at: Number(m.us),
      src: m.src,
      dst: m.dst,
      hash: m.hash,
      correlation: m.correlation,
      payload: Buffer.from(m.payload, 'base64').toString('latin1'),
    })),
    events: events.map((e) => ({ callId: e.call_id, at: Number(e.us), body: e.body })),
  };
}
