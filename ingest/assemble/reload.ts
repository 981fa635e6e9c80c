import type { Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { parseEvent } from '../decode/event.ts';
import { eventFact } from '../steps/call-event.ts';
import { sipFact } from '../steps/sip-message.ts';
import { findCalls, rawOfCalls } from '../write/call-store.ts';

export interface WrittenCall {
  callId: string;
  rows: CallRow[];
  facts: Fact[];
}

/**
 * Which of these Call-IDs are written already, with their rows and with their facts made again from the raw rows, as far
 * back as raw is kept. One look-up for a whole batch of late facts.
 */
export async function findWritten(client: ClickHouseClient, callIds: readonly string[]): Promise<WrittenCall[]> {
  const rows = await findCalls(client, callIds);
  if (rows.length === 0) return [];
  const byCallId = new Map<string, WrittenCall>();
  for (const row of rows) {
    for (const callId of row.callIds) {
      const call = byCallId.get(callId) ?? { callId, rows: [], facts: [] };
      call.rows.push(row);
      byCallId.set(callId, call);
    }
  }
  for (const call of byCallId.values()) call.rows.sort((a, b) => dialogIndex(a.id) - dialogIndex(b.id));
  const raw = await rawOfCalls(client, [...byCallId.keys()]);
  for (const m of raw.messages) {
    const fact = sipFact(Buffer.from(m.payload, 'latin1'), m.at, m.src, m.dst, m.hash);
    if (fact) byCallId.get(m.callId)?.facts.push(fact);
  }
  for (const e of raw.events) {
    const event = parseEvent(Buffer.from(e.body));
    if (typeof event !== 'string' && event.isFact) byCallId.get(e.callId)?.facts.push(eventFact(event, e.at));
  }
  return [...byCallId.values()];
}

/** `abc` is dialog 1, `abc~2` the second with that Call-ID. */
function dialogIndex(id: string): number {
  const at = id.lastIndexOf('~');
  return at < 0 ? 1 : Number(id.slice(at + 1)) || 1;
}
