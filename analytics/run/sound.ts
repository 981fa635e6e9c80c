import type { CallRow } from '@callscope/core/domain/call.ts';
import { type CallQuality, qualityOfCall } from '@callscope/core/domain/call-quality.ts';
import type { Described } from '@callscope/core/domain/media-sides.ts';
import type { PacketsOfSides } from '@callscope/core/domain/sent-packets.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { describedIn } from './described.ts';
import { CALL_IDS_IN_SCOPE, messagesOf, ofTwoCompanies } from './raw.ts';
import { reportsOf } from './rtcp.ts';
import { run } from './run.ts';

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
