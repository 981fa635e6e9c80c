import { type CallRow, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run, runAsOperator } from './run.ts';

/** One SIP message as it crossed the wire. */
export interface SipMessageRow {
  /** µs at the edge */
  at: number;
  protocol: number;
  srcIp: string;
  srcPort: number;
  dstIp: string;
  dstPort: number;
  method: string;
  code: number;
  cseq: number;
  callId: string;
  /** the receiver that took it, and the capture node that sent it; '' where it names none */
  edge: string;
  node: string;
  payload: Buffer;
}

export interface EventRow {
  at: number;
  method: string;
  body: string;
}

/** More of one conversation is not read. */
export const MOST_ROWS = 5_000;
/** Copies by two transports differ by less than this; a SIP retransmission comes 500 ms later. */
const COPY_WINDOW_US = 100_000;

/**
 * Raw tables are keyed by Call-ID and reached only through a call already found in scope: the tenant condition stands on
 * `call_ids`. A repeated delivery of a row and a copy by the other transport are left out.
 */
export async function messagesOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<SipMessageRow[]> {
  const [shared, messages] = await Promise.all([ofTwoCompanies(client, scope, call.callIds), allMessagesOf(client, scope, call)]);
  return shared.size > 0 ? ownHop(messages, call) : messages;
}

/** Those of these Call-IDs of which another company of this edge has a call too: it was between the two. */
export async function ofTwoCompanies(client: ClickHouseClient, scope: TenantScope, callIds: readonly string[]): Promise<Set<string>> {
  const rows = await run<{ call_id: string }>(client, scope, {
    sql: `SELECT DISTINCT call_id FROM call_ids WHERE call_id IN ({callIds: Array(String)}) AND tenant NOT IN ({tenant: String}, 'unassigned')`,
    params: { callIds },
  });
  return new Set(rows.map((r) => r.call_id));
}

/**
 * Of a call between two companies each sees its own side of the edge: what went between the caller's phone and the edge is
 * the calling company's, all else the other's. Neither sees the addresses and extensions of the other.
 */
export function ownHop(messages: readonly SipMessageRow[], call: Pick<CallRow, 'direction'>): SipMessageRow[] {
  const first = messages.find((m) => m.method === 'INVITE' && m.code === 0);
  const isCallers = (m: SipMessageRow) =>
    [
      [m.srcIp, m.srcPort],
      [m.dstIp, m.dstPort],
    ].some(([ip, port]) => ip === first?.srcIp && port === first?.srcPort);
  return messages.filter((m) => isCallers(m) === (call.direction !== 'in'));
}

interface StoredMessage {
  us: string;
  protocol: number;
  src_ip: string;
  src_port: number;
  dst_ip: string;
  dst_port: number;
  method: string;
  code: number;
  cseq: number;
  hash: number;
  call_id: string;
  edge: string;
  node: string;
  payload: string;
}
/** @param callIds what stands within IN () */
const messagesIn = (
  callIds: string,
) => `SELECT toUnixTimestamp64Micro(at) AS us, protocol, src_ip, src_port, dst_ip, dst_port, method, code,
    cseq, hash, call_id, edge, node, base64Encode(payload) AS payload FROM messages WHERE call_id IN (${callIds})
    ORDER BY at, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx, hash LIMIT ${MOST_ROWS}`;

async function allMessagesOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<SipMessageRow[]> {
  return withoutCopies(await run<StoredMessage>(client, scope, { sql: messagesIn(CALL_IDS_IN_SCOPE), params: { callIds: call.callIds } }));
}

/** Messages of Call-IDs, of whatever company and of none, also where there was no call. */
export async function messagesOfCallIds(
  client: ClickHouseClient,
  scope: OperatorScope,
  callIds: readonly string[],
): Promise<SipMessageRow[]> {
  return withoutCopies(
    await runAsOperator<StoredMessage>(client, scope, { sql: messagesIn('{callIds: Array(String)}'), params: { callIds } }),
  );
}

/** What came by two transports is there once. */
function withoutCopies(rows: readonly StoredMessage[]): SipMessageRow[] {
  const last = new Map<string, number>();
  return rows.flatMap((r) => {
    const at = Number(r.us);
    const key = `${r.hash} ${r.src_ip}:${r.src_port} ${r.dst_ip}:${r.dst_port}`;
    const seen = last.get(key);
    if (seen !== undefined && at - seen <= COPY_WINDOW_US) return [];
    last.set(key, at);
    return [
      {
        ...{ at, protocol: r.protocol, srcIp: r.src_ip, srcPort: r.src_port, dstIp: r.dst_ip, dstPort: r.dst_port },
        ...{ method: r.method, code: r.code, cseq: r.cseq, callId: r.call_id, edge: r.edge, node: r.node },
        payload: Buffer.from(r.payload, 'base64'),
      },
    ];
  });
}

/** Events that name another company are that company's, though the Call-ID is the same. */
export async function eventsOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<EventRow[]> {
  const rows = await run<StoredEvent>(client, scope, { sql: eventsIn(CALL_IDS_IN_SCOPE), params: { callIds: call.callIds } });
  return eachOnce(rows).filter(({ body }) => !isOfAnother(body, scope.tenant));
}

export async function eventsOfCallIds(client: ClickHouseClient, scope: OperatorScope, callIds: readonly string[]): Promise<EventRow[]> {
  return eachOnce(await runAsOperator<StoredEvent>(client, scope, { sql: eventsIn('{callIds: Array(String)}'), params: { callIds } }));
}

interface StoredEvent {
  us: string;
  method: string;
  body: string;
}
const eventsIn = (callIds: string) => `SELECT toUnixTimestamp64Micro(at) AS us, method, body FROM events WHERE call_id IN (${callIds})
    ORDER BY at, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx LIMIT ${MOST_ROWS}`;

/** An event that was sent again has another id, and is the same. */
function eachOnce(rows: readonly StoredEvent[]): EventRow[] {
  const seen = new Set<string>();
  return rows.flatMap((r) => {
    const key = `${r.method} ${r.body.replace(/,?"id":\s*("[^"]*"|[^,}]*)/, '')}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ at: Number(r.us), method: r.method, body: r.body }];
  });
}

function isOfAnother(body: string, tenant: string): boolean {
  const named = (JSON.parse(body) as { params?: { tenant?: unknown } }).params?.tenant;
  return tenant !== UNASSIGNED && typeof named === 'string' && named !== '' && named !== tenant;
}

export interface CallRevision {
  revision: number;
  /** ms since the epoch */
  at: number;
  why: string;
  /** field of CallRow -> what it was and what it became; of a removed call `partOf` */
  changes: Record<string, unknown>;
}

/** What changed in a call after it was first written, oldest first. */
export async function revisionsOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<CallRevision[]> {
  const rows = await run<{ revision: number; ms: string; why: string; changes: string }>(client, scope, {
    sql: `SELECT revision, toUnixTimestamp64Milli(at) AS ms, why, changes FROM call_revisions
      WHERE tenant = {tenant: String} AND id = {id: String} ORDER BY revision, at LIMIT 1 BY revision, why, changes LIMIT 200`,
    params: { id: call.id },
  });
  return rows.map((r) => ({
    revision: r.revision,
    at: Number(r.ms),
    why: r.why,
    changes: JSON.parse(r.changes) as Record<string, unknown>,
  }));
}

/** Raw tables have no company of their own. */
export const CALL_IDS_IN_SCOPE = `SELECT call_id FROM call_ids WHERE tenant = {tenant: String} AND call_id IN ({callIds: Array(String)})`;
