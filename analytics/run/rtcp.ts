import type { RtcpPacket } from '@callscope/core/domain/call-quality.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { CALL_IDS_IN_SCOPE } from './raw.ts';
import { run, runAsOperator } from './run.ts';

/** Of a call of 13 hours that both sides report every five seconds. */
const MOST_REPORTS = 20_000;

/** What phones reported in these dialogs, by Call-ID, in order. */
export async function reportsOf(
  client: ClickHouseClient,
  scope: TenantScope,
  callIds: readonly string[],
): Promise<Map<string, RtcpPacket[]>> {
  const rows = await run<StoredReport>(client, scope, { sql: reportsIn(CALL_IDS_IN_SCOPE), params: { callIds } });
  return Map.groupBy(rows.map(packetOf), ({ callId }) => callId);
}

/** The same of whatever company and of none. */
export async function reportsOfCallIds(client: ClickHouseClient, scope: OperatorScope, callIds: readonly string[]): Promise<RtcpPacket[]> {
  const sql = reportsIn('{callIds: Array(String)}');
  return (await runAsOperator<StoredReport>(client, scope, { sql, params: { callIds } })).map(packetOf);
}

type Numbers = number[];
type Blocks = Record<'ssrc' | 'fraction' | 'lost' | 'seq' | 'jit' | 'last' | 'since', Numbers>;
type Metrics = Record<'xr_ssrc' | 'xr_loss' | 'xr_discard' | 'xr_trip' | 'xr_r' | 'xr_lq' | 'xr_cq', Numbers>;
interface StoredReport extends Blocks, Metrics {
  call_id: string;
  us: string;
  src_ip: string;
  src_port: number;
  dst_ip: string;
  dst_port: number;
  sender: number;
  ntp: number;
}

/** A row that was stored again is left out. */
const reportsIn = (
  callIds: string,
) => `SELECT call_id, toUnixTimestamp64Micro(at) AS us, src_ip, src_port, dst_ip, dst_port, sender_ssrc AS sender, ntp,
        source_ssrc AS ssrc, fraction_lost AS fraction, packets_lost AS lost, highest_seq AS seq, jitter AS jit, lsr AS last, dlsr AS since,
        xr_ssrc, xr_loss, xr_discard, xr_round_trip AS xr_trip, xr_r, xr_mos_lq AS xr_lq, xr_mos_cq AS xr_cq
      FROM (SELECT * FROM rtcp WHERE call_id IN (${callIds}) ORDER BY call_id, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx)
      ORDER BY call_id, at, stream_seq, idx LIMIT ${MOST_REPORTS} BY call_id`;

const at = (list: Numbers, i: number) => list[i] ?? 0;

function packetOf(r: StoredReport): RtcpPacket {
  return {
    ...{ callId: r.call_id, at: Number(r.us), srcIp: r.src_ip, srcPort: r.src_port, dstIp: r.dst_ip, dstPort: r.dst_port },
    ...{ ssrc: r.sender, ntp: r.ntp },
    blocks: r.ssrc.map((ssrc, i) => ({
      ...{ ssrc, fractionLost: at(r.fraction, i), packetsLost: at(r.lost, i), highestSeq: at(r.seq, i) },
      ...{ jitter: at(r.jit, i), lsr: at(r.last, i), dlsr: at(r.since, i) },
    })),
    metrics: r.xr_ssrc.map((ssrc, i) => ({
      ...{ ssrc, lossRate: at(r.xr_loss, i), discardRate: at(r.xr_discard, i), roundTrip: at(r.xr_trip, i) },
      ...{ r: at(r.xr_r, i), mosLq: at(r.xr_lq, i), mosCq: at(r.xr_cq, i) },
    })),
  };
}
