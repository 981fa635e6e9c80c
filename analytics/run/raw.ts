import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { run } from './run.ts';

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
  payload: Buffer;
}

export interface EventRow {
  at: number;
  method: string;
  body: string;
}

const MOST_ROWS = 5_000;
/** Copies by two transports differ by less than this; a SIP retransmission comes 500 ms later. */
const COPY_WINDOW_US = 100_000;

/**
 * Raw tables are keyed by Call-ID and reached only through a call already found in scope: the tenant condition stands on
 * `call_ids`. A repeated delivery of a row and a copy by the other transport are left out.
 */
export async function messagesOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<SipMessageRow[]> {
  const rows = await run<{
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
    payload: string;
  }>(client, scope, {
    sql: `SELECT toUnixTimestamp64Micro(at) AS us, protocol, src_ip, src_port, dst_ip, dst_port, method, code, cseq, hash, base64Encode(payload) AS payload
      FROM messages WHERE call_id IN (${CALL_IDS_IN_SCOPE})
      ORDER BY at, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx, hash LIMIT ${MOST_ROWS}`,
    params: { callIds: call.callIds },
  });
  const last = new Map<string, number>();
  return rows.flatMap((r) => {
    const at = Number(r.us);
    const key = `${r.hash} ${r.src_ip}:${r.src_port} ${r.dst_ip}:${r.dst_port}`;
    const seen = last.get(key);
    if (seen !== undefined && at - seen <= COPY_WINDOW_US) return [];
    last.set(key, at);
    return [
      {
        at,
        protocol: r.protocol,
        srcIp: r.src_ip,
        srcPort: r.src_port,
        dstIp: r.dst_ip,
        dstPort: r.dst_port,
        method: r.method,
        code: r.code,
        cseq: r.cseq,
        payload: Buffer.from(r.payload, 'base64'),
      },
    ];
  });
}

export async function eventsOf(client: ClickHouseClient, scope: TenantScope, call: CallRow): Promise<EventRow[]> {
  const rows = await run<{ us: string; method: string; body: string }>(client, scope, {
    sql: `SELECT toUnixTimestamp64Micro(at) AS us, method, body FROM events WHERE call_id IN (${CALL_IDS_IN_SCOPE})
      ORDER BY at, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx LIMIT ${MOST_ROWS}`,
    params: { callIds: call.callIds },
  });
  const seen = new Set<string>();
  return rows.flatMap((r) => {
    const key = `${r.method} ${r.body.replace(/,?"id":\s*("[^"]*"|[^,}]*)/, '')}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ at: Number(r.us), method: r.method, body: r.body }];
  });
}

const CALL_IDS_IN_SCOPE = `SELECT call_id FROM call_ids WHERE tenant = {tenant: String} AND call_id IN ({callIds: Array(String)})`;
