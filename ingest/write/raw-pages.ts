import type { Fact } from '@callscope/core/bus/facts.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { parseEvent } from '../decode/event.ts';
import { eventFact } from '../steps/call-event.ts';
import { sipFact } from '../steps/sip-message.ts';
import { RowSource } from './row-source.ts';

/** Rows of a page: about 30 MB of messages. */
const PAGE_ROWS = 60_000;

export interface RawPeriod {
  /** µs at the edge, half-open */
  from: number;
  to: number;
}

export interface FactsOfCallId {
  callId: string;
  facts: Fact[];
}

/** One raw table read in the order of Call-IDs, page by page. */
interface Cursor {
  fetch(after: string): Promise<{ callId: string; fact: Fact | null }[]>;
  /** whole Call-IDs, in order, not handed out yet */
  ready: FactsOfCallId[];
  /** Call-IDs up to this one are in `ready` or were handed out */
  upTo: string;
  isDone: boolean;
}

/** The order in which the store sorts strings: by their bytes. */
export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * The facts of every Call-ID that has raw rows in a period, a few thousand Call-IDs at a time, in the store's order of
 * Call-IDs. Repeats and copies are among them. Memory: two pages.
 */
export async function* factsByCallId(client: ClickHouseClient, period: RawPeriod): AsyncGenerator<FactsOfCallId[]> {
  const cursors = [cursorOf((after) => messagesAfter(client, period, after)), cursorOf((after) => eventsAfter(client, period, after))];
  for (;;) {
    for (const cursor of cursors) while (cursor.ready.length === 0 && !cursor.isDone) await advance(cursor);
    const open = cursors.filter((c) => !c.isDone);
    const [limit] = open.map((c) => c.upTo).sort(byBytes);
    const merged = new Map<string, Fact[]>();
    for (const cursor of cursors) {
      let taken = 0;
      for (const { callId, facts } of cursor.ready) {
        if (limit !== undefined && byBytes(callId, limit) > 0) break;
        merged.set(callId, [...(merged.get(callId) ?? []), ...facts]);
        taken++;
      }
      cursor.ready.splice(0, taken);
    }
    if (merged.size > 0) yield Array.from(merged, ([callId, facts]) => ({ callId, facts }));
    if (open.length === 0 && cursors.every((c) => c.ready.length === 0)) return;
  }
}

function cursorOf(fetch: Cursor['fetch']): Cursor {
  return { fetch, ready: [], upTo: '', isDone: false };
}

async function advance(cursor: Cursor): Promise<void> {
  const rows = await cursor.fetch(cursor.upTo);
  const isLast = rows.length < PAGE_ROWS;
  const groups: FactsOfCallId[] = [];
  for (const { callId, fact } of rows) {
    let group = groups.at(-1);
    if (group?.callId !== callId) {
      group = { callId, facts: [] };
      groups.push(group);
    }
    if (fact) group.facts.push(fact);
  }
  // the last one may go on in the next page; one that fills a page alone is an attack, and cut
  if (!isLast && groups.length > 1) groups.pop();
  cursor.ready.push(...groups);
  cursor.upTo = groups.at(-1)?.callId ?? cursor.upTo;
  cursor.isDone = isLast;
}

const IN_PERIOD = `at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')`;
/** A time at the edge is at most a day ahead of its receipt (clampTime): older partitions need no look. */
const RECEIVED = `received_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') - INTERVAL 1 DAY`;

async function messagesAfter(client: ClickHouseClient, period: RawPeriod, after: string) {
  const source = await ask(
    client,
    `SELECT call_id, toUnixTimestamp64Micro(at), concat(src_ip, ':', toString(src_port)), concat(dst_ip, ':', toString(dst_port)), hash, correlation, payload
     FROM messages WHERE call_id > {after: String} AND ${RECEIVED} AND ${IN_PERIOD}
       AND method IN ('INVITE', 'BYE', 'CANCEL', 'REFER') AND (code = 0 OR (method = 'INVITE' AND code > 100))
     ORDER BY call_id, received_at, stream_seq, idx LIMIT ${PAGE_ROWS}`,
    { ...period, after },
  );
  const rows: { callId: string; fact: Fact | null }[] = [];
  while (!source.isDone) {
    const callId = source.str();
    const at = source.i64();
    const src = source.str();
    const dst = source.str();
    const hash = source.u32();
    const correlation = source.str();
    rows.push({ callId, fact: sipFact(source.raw(), at, src, dst, hash, correlation) });
  }
  return rows;
}

async function eventsAfter(client: ClickHouseClient, period: RawPeriod, after: string) {
  const source = await ask(
    client,
    `SELECT call_id, toUnixTimestamp64Micro(at), body FROM events
     WHERE call_id > {after: String} AND ${RECEIVED} AND ${IN_PERIOD}
     ORDER BY call_id, received_at, stream_seq, idx LIMIT ${PAGE_ROWS}`,
    { ...period, after },
  );
  const rows: { callId: string; fact: Fact | null }[] = [];
  while (!source.isDone) {
    const callId = source.str();
    const at = source.i64();
    const event = parseEvent(source.raw());
    rows.push({ callId, fact: typeof event !== 'string' && event.isFact ? eventFact(event, at) : null });
  }
  return rows;
}

async function ask(client: ClickHouseClient, query: string, params: RawPeriod & { after: string }): Promise<RowSource> {
  const { stream } = await client.exec({ query: `${query} FORMAT RowBinary`, query_params: { ...params } });
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return new RowSource(Buffer.concat(parts));
}
