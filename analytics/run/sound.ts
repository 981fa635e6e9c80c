import type { CallRow } from '@callscope/core/domain/call.ts';
import { type CallQuality, type PacketsOfSides, qualityOfCall, type RtcpPacket } from '@callscope/core/domain/call-quality.ts';
import type { Described } from '@callscope/core/domain/media-sides.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { describedIn } from './described.ts';
import { CALL_IDS_IN_SCOPE, messagesOf, ofTwoCompanies } from './raw.ts';
import { run } from './run.ts';

/** Of a call of 13 hours that both sides report every five seconds. */
const MOST_REPORTS = 20_000;
/** Offers, answers and what was agreed on anew. */
const MOST_DESCRIPTIONS = 100;

/** What recordings say of a call (modules/recordings/reception.ts). */
export interface RecordedSound {
  packets: PacketsOfSides | null;
  silent: Readonly<Record<'left' | 'right', boolean>>;
}
export const NOTHING_RECORDED: RecordedSound = { packets: null, silent: { left: false, right: false } };

/**
 * How calls sounded at either end, by the RTCP of the phones and the packets of the recordings. In a call between two companies neither
 * is told of the other's phones.
 */
export async function soundOf(
  client: ClickHouseClient,
  scope: TenantScope,
  calls: readonly CallRow[],
  recorded: ReadonlyMap<string, RecordedSound>,
): Promise<Map<string, CallQuality>> {
  const callIds = calls.flatMap((call) => call.callIds);
  if (callIds.length === 0) return new Map();
  const [reports, shared] = await Promise.all([reportsOf(client, scope, callIds), ofTwoCompanies(client, scope, callIds)]);
  const isShared = (call: CallRow) => call.callIds.some((id) => shared.has(id));
  const own = calls.filter((call) => !isShared(call) && call.callIds.some((id) => reports.has(id)));
  const descriptions = await descriptionsOf(
    client,
    scope,
    own.flatMap((call) => call.callIds),
  );
  const out = new Map<string, CallQuality>();
  for (const call of calls) {
    const hop = isShared(call) ? await messagesOf(client, scope, call) : null;
    out.set(
      call.id,
      qualityOfCall({
        direction: call.direction,
        reports: call.callIds.flatMap((id) => reports.get(id) ?? []),
        describedIn: (id) => (hop === null ? (descriptions.get(id) ?? []) : describedIn(hop, id)),
        ...(recorded.get(call.id) ?? NOTHING_RECORDED),
        onlyEar: hop === null ? null : 'right',
      }),
    );
  }
  return out;
}

/** What phones reported in these dialogs, in order; a row that was stored again is left out. */
async function reportsOf(client: ClickHouseClient, scope: TenantScope, callIds: readonly string[]): Promise<Map<string, RtcpPacket[]>> {
  type Numbers = number[];
  const rows = await run<
    {
      call_id: string;
      us: string;
      src_ip: string;
      src_port: number;
      dst_ip: string;
      dst_port: number;
      sender: number;
      ntp: number;
    } & Record<
      | 'ssrc'
      | 'fraction'
      | 'lost'
      | 'seq'
      | 'jit'
      | 'last'
      | 'since'
      | 'xr_ssrc'
      | 'xr_loss'
      | 'xr_discard'
      | 'xr_trip'
      | 'xr_r'
      | 'xr_lq'
      | 'xr_cq',
      Numbers
    >
  >(client, scope, {
    sql: `SELECT call_id, toUnixTimestamp64Micro(at) AS us, src_ip, src_port, dst_ip, dst_port, sender_ssrc AS sender, ntp,
        source_ssrc AS ssrc, fraction_lost AS fraction, packets_lost AS lost, highest_seq AS seq, jitter AS jit, lsr AS last, dlsr AS since,
        xr_ssrc, xr_loss, xr_discard, xr_round_trip AS xr_trip, xr_r, xr_mos_lq AS xr_lq, xr_mos_cq AS xr_cq
      FROM (SELECT * FROM rtcp WHERE call_id IN (${CALL_IDS_IN_SCOPE}) ORDER BY call_id, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx)
      ORDER BY call_id, at, stream_seq, idx LIMIT ${MOST_REPORTS} BY call_id`,
    params: { callIds },
  });
  const at = (list: Numbers, i: number) => list[i] ?? 0;
  return Map.groupBy(
    rows.map((r) => ({
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
    })),
    ({ callId }) => callId,
  );
}

/** Descriptions of media in these dialogs. */
async function descriptionsOf(client: ClickHouseClient, scope: TenantScope, callIds: readonly string[]): Promise<Map<string, Described[]>> {
  if (callIds.length === 0) return new Map();
  const rows = await run<{ call_id: string; payload: string }>(client, scope, {
    sql: `SELECT call_id, base64Encode(payload) AS payload
      FROM (SELECT * FROM messages WHERE call_id IN (${CALL_IDS_IN_SCOPE}) AND method = 'INVITE' AND position(payload, '\\r\\n\\r\\nv=0') > 0
        ORDER BY call_id, received_at, stream_seq, idx LIMIT 1 BY stream_seq, idx)
      ORDER BY call_id, at, stream_seq, idx LIMIT ${MOST_DESCRIPTIONS} BY call_id`,
    params: { callIds },
  });
  const byCall = Map.groupBy(rows, ({ call_id }) => call_id);
  return new Map(
    [...byCall].map(([callId, list]) => [
      callId,
      describedIn(
        list.map(({ payload }) => ({ payload: Buffer.from(payload, 'base64') })),
        callId,
      ),
    ]),
  );
}
