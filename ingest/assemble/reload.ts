import type { Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { parseEvent } from '../decode/event.ts';
import { eventFact } from '../steps/call-event.ts';
import { sipFact } from '../steps/sip-message.ts';
import { findCalls, rawOfCalls } from '../write/call-store.ts';

/** One conversation that was written: its Call-IDs lead to these rows, and no others do. */
export interface WrittenConversation {
  callIds: string[];
  rows: CallRow[];
  facts: Fact[];
}

/**
 * Which of these Call-IDs are written already, with their rows and with their facts made again from the raw rows, as far
 * back as raw is kept. One look-up for a whole batch of late facts.
 */
export async function findWritten(client: ClickHouseClient, callIds: readonly string[]): Promise<WrittenConversation[]> {
  const rows = await findCalls(client, callIds);
  if (rows.length === 0) return [];
  const byCallId = new Map<string, WrittenConversation>();
  for (const row of rows) {
    const found = new Set(row.callIds.map((id) => byCallId.get(id)).filter((c) => c !== undefined));
    const [into = { callIds: [], rows: [], facts: [] }, ...others] = found;
    into.rows.push(row, ...others.flatMap((o) => o.rows));
    into.callIds = [...new Set([...into.callIds, ...others.flatMap((o) => o.callIds), ...row.callIds])];
    for (const callId of into.callIds) byCallId.set(callId, into);
  }
  for (const [callId, facts] of await findFacts(client, [...byCallId.keys()])) byCallId.get(callId)?.facts.push(...facts);
  return [...new Set(byCallId.values())];
}

/** The facts of some Call-IDs, made again from their raw rows; repeats and copies are among them. */
export async function findFacts(client: ClickHouseClient, callIds: readonly string[]): Promise<Map<string, Fact[]>> {
  const found = new Map<string, Fact[]>(callIds.map((id) => [id, []]));
  const raw = await rawOfCalls(client, callIds);
  for (const m of raw.messages) {
    const fact = sipFact(Buffer.from(m.payload, 'latin1'), m.at, m.src, m.dst, m.hash, m.correlation);
    if (fact) found.get(m.callId)?.push(fact);
  }
  for (const e of raw.events) {
    const event = parseEvent(Buffer.from(e.body));
    if (typeof event !== 'string' && event.isFact) found.get(e.callId)?.push(eventFact(event, e.at));
  }
  return found;
}
