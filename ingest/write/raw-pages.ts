import type { Fact } from '@callscope/core/bus/facts.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { FACT_EVENTS, parseEvent } from '../decode/event.ts';
import { eventFact } from '../steps/call-event.ts';
import { sipFact } from '../steps/sip-message.ts';
import { type RowSource, readRows } from './row-source.ts';

/** Rows of one question. */
const PAGE_ROWS = 250_000;
/**
 * An answer waits while the other table is read, which may have many times its rows. The store ends a question after a minute,
 * so one that is older than this is asked anew from where it was.
 */
const PATIENCE_MS = 20_000;

export interface RawPeriod {
  /** µs at the edge, half-open */
  from: number;
  to: number;
}

export interface FactsOfCallId {
  callId: string;
  facts: Fact[];
}

/** One raw table in the order of Call-IDs. */
interface Cursor {
  pieces: AsyncGenerator<FactsOfCallId[]>;
  /** whole Call-IDs, in order, not handed out yet */
  ready: FactsOfCallId[];
  isDone: boolean;
}

/** The order in which the store sorts strings: by their bytes. */
export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * The facts of every Call-ID that has raw rows of a call in a period, some hundred Call-IDs at a time, in the store's order
 * of Call-IDs. Repeats and copies are among them. The store works on what comes next meanwhile.
 */
export async function* factsByCallId(
  client: ClickHouseClient,
  period: RawPeriod,
  pageRows: number = PAGE_ROWS,
  patienceMs: number = PATIENCE_MS,
): AsyncGenerator<FactsOfCallId[]> {
  const cursors = [MESSAGES, EVENTS].map(
    (table): Cursor => ({ pieces: wholeCallIds(client, period, pageRows, patienceMs, table), ready: [], isDone: false }),
  );
  for (;;) {
    await Promise.all(cursors.map(fill));
    // beyond the last Call-ID of a table of which more comes, the others wait
    const [limit] = cursors
      .filter((c) => !c.isDone)
      .map((c) => c.ready.at(-1)?.callId ?? '')
      .sort(byBytes);
    const [messages = [], events = []] = cursors.map(({ ready }) =>
      ready.splice(0, limit === undefined ? ready.length : countUpTo(ready, limit)),
    );
    const merged = merge(messages, events);
    if (merged.length === 0) return;
    yield merged;
  }
}

/** Both in order, and what comes out too: of a Call-ID that is in both, the facts of `a` and then those of `b`. */
function merge(a: readonly FactsOfCallId[], b: readonly FactsOfCallId[]): FactsOfCallId[] {
  const out: FactsOfCallId[] = [];
  let next = 0;
  for (const group of a) {
    for (; next < b.length; next++) {
      const other = b[next] as FactsOfCallId;
      if (other.callId === group.callId || byBytes(other.callId, group.callId) > 0) break;
      out.push(other);
    }
    const other = b[next];
    if (other?.callId === group.callId) {
      for (const fact of other.facts) group.facts.push(fact);
      next++;
    }
    out.push(group);
  }
  for (; next < b.length; next++) out.push(b[next] as FactsOfCallId);
  return out;
}

async function fill(cursor: Cursor): Promise<void> {
  if (cursor.ready.length > 0 || cursor.isDone) return;
  const { value, done } = await cursor.pieces.next();
  if (done) cursor.isDone = true;
  else cursor.ready = value;
}

/** How many of them, which are in order, are not beyond a Call-ID. */
function countUpTo(groups: readonly FactsOfCallId[], limit: string): number {
  let low = 0;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byBytes((groups[middle] as FactsOfCallId).callId, limit) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface RawTable {
  /** what `row` reads, without the condition on Call-IDs and the order, which are the same */
  select: string;
  row(source: RowSource): { callId: string; fact: Fact | null };
}

async function* wholeCallIds(
  client: ClickHouseClient,
  period: RawPeriod,
  pageRows: number,
  patienceMs: number,
  table: RawTable,
): AsyncGenerator<FactsOfCallId[]> {
  for (let after = ''; ; ) {
    let rows = 0;
    let last: FactsOfCallId | undefined;
    const asked = after;
    const askedAt = performance.now();
    let isLeft = false;
    for await (const piece of readRows(await ask(client, table, { ...period, after, limit: pageRows }), table.row)) {
      rows += piece.length;
      const whole: FactsOfCallId[] = [];
      for (const { callId, fact } of piece) {
        if (last?.callId !== callId) {
          if (last) whole.push(last);
          last = { callId, facts: [] };
        }
        if (fact) last.facts.push(fact);
      }
      if (whole.length === 0) continue;
      after = (whole.at(-1) as FactsOfCallId).callId;
      yield whole;
      isLeft = performance.now() - askedAt > patienceMs;
      if (isLeft) break;
    }
    if (isLeft) continue;
    const isLastPage = rows < pageRows;
    // the last one may go on in the next page; one that fills a page alone is an attack, and cut
    if (last && (isLastPage || after === asked)) {
      after = last.callId;
      yield [last];
    }
    if (isLastPage) return;
  }
}

const IN_PERIOD = `at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')`;
/** A time at the edge is at most a day ahead of its receipt (clampTime): older partitions need no look. */
const RECEIVED = `received_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') - INTERVAL 1 DAY`;

/** Of a message its headers: nothing of its body is read. */
const MESSAGES: RawTable = {
  select: `SELECT call_id, toUnixTimestamp64Micro(at), concat(src_ip, ':', toString(src_port)), concat(dst_ip, ':', toString(dst_port)), hash, correlation,
      substring(payload, 1, position(concat(payload, '\\r\\n\\r\\n'), '\\r\\n\\r\\n') - 1)
    FROM messages WHERE method IN ('INVITE', 'BYE', 'CANCEL', 'REFER') AND (code = 0 OR (method = 'INVITE' AND code > 100))`,
  row: (source) => {
    const callId = source.str();
    const at = source.i64();
    const src = source.str();
    const dst = source.str();
    const hash = source.u32();
    const correlation = source.str();
    return { callId, fact: sipFact(source.raw(), at, src, dst, hash, correlation) };
  },
};

const EVENTS: RawTable = {
  select: `SELECT call_id, toUnixTimestamp64Micro(at), body FROM events WHERE method IN (${FACT_EVENTS.map((m) => `'${m}'`).join(', ')})`,
  row: (source) => {
    const callId = source.str();
    const at = source.i64();
    const event = parseEvent(source.raw());
    return { callId, fact: typeof event !== 'string' && event.isFact ? eventFact(event, at) : null };
  },
};

async function ask(
  client: ClickHouseClient,
  { select }: RawTable,
  params: RawPeriod & { after: string; limit: number },
): Promise<AsyncIterable<Uint8Array>> {
  const { stream } = await client.exec({
    query: `${select} AND call_id > {after: String} AND ${RECEIVED} AND ${IN_PERIOD}
      ORDER BY call_id, received_at, stream_seq, idx LIMIT {limit: UInt64} FORMAT RowBinary`,
    query_params: { ...params },
    // the whole answer is never in memory on the other side either: blocks of the usual size took 0.6 GB more there
    clickhouse_settings: { max_block_size: '8192' },
  });
  return stream;
}
