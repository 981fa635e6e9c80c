import type { EventFact, Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { Directories } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import type { Block } from './block.ts';
import { Book } from './book.ts';
import type { Conversation } from './conversation.ts';
import { SLOW_PACE_MS, USUAL_PACE_MS } from './pace.ts';
import { captureBook, decodeSnapshot, encodeSnapshot } from './snapshot.ts';

const T0 = 1_800_000_000_000;
const KEEP_MS = 600_000;
const SNAPSHOT_MS = 5_000;

function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Message {
  time: number;
  facts: Fact[];
  /** blocks are cut at this pace from here on */
  paceMs?: number;
}

function event(callId: string, state: string, at: number, more: Record<string, string | number> = {}): EventFact {
  const params = { callid: callId, state, tenant: 't1', direction: 'in', src: '79160000001', dst: '74951000101', did: '74951000101' };
  return { kind: 'event', at: at * 1_000, callId, method: 'E_PBX_CALL', params: { ...params, ...more } };
}

/**
 * Calls that begin, ring and fail; some go on under a second Call-ID, which is said at once or seconds after; some facts
 * come late, some twice; lag between edge and bus.
 */
function traffic(seed: number, rate: number, lagMs: number, seconds: number, isPaced = false): Message[] {
  const next = random(seed);
  const arrivals: { at: number; fact: Fact }[] = [];
  const add = (fact: Fact, extra = 0) => arrivals.push({ at: fact.at / 1_000 + lagMs + extra, fact });
  for (let t = 0, i = 0; t < seconds * 1_000; t += 1_000 / rate, i++) {
    const start = T0 + Math.floor(t);
    const end = start + 200 + Math.floor(next() * 1_500);
    const callId = `${seed}-${i}`;
    add(event(callId, 'start', start));
    add(event(callId, 'ringing', start + 100, { code: 180 }));
    const failed = event(callId, 'failed', end, { code: 486 });
    add(failed);
    if (next() < 0.1) add(failed, 40);
    if (next() < 0.25) {
      const second = `${callId}-b`;
      const begins = end - 100 + Math.floor(next() * 300);
      const ties = { conversation: callId };
      const isSaidAtOnce = next() < 0.5;
      add(event(second, 'start', begins, isSaidAtOnce ? ties : {}));
      add(event(second, 'failed', begins + 200 + Math.floor(next() * 2_000), { code: 480, ...ties }), isSaidAtOnce ? 0 : next() * 4_000);
    }
    // known only seconds after the row was written: a revision
    if (next() < 0.1)
      add(
        {
          ...event(callId, 'start', start),
          method: 'E_PBX_LEG',
          params: { callid: callId, tenant: 't1', leg: '101@x', code: 486, branch: 1 },
        },
        2_000 + next() * 3_000,
      );
  }
  arrivals.sort((a, b) => a.at - b.at);
  const messages: Message[] = [];
  for (let i = 0; i < arrivals.length; ) {
    const count = 1 + Math.floor(next() * 8);
    const part = arrivals.slice(i, i + count);
    messages.push({ time: Math.floor(part.at(-1)?.at ?? 0), facts: part.map((p) => p.fact) });
    i += count;
    if (isPaced && next() < 0.02)
      messages.push({ time: messages.at(-1)?.time ?? T0, facts: [], paceMs: next() < 0.6 ? SLOW_PACE_MS : USUAL_PACE_MS });
  }
  // time goes on until everything is settled, as ticks bring it
  const last = messages.at(-1)?.time ?? T0;
  for (let t = 500; t <= 8_000; t += 500) messages.push({ time: last + t, facts: [] });
  return messages;
}

/** What the store does with blocks: a token is taken once, an update sets what it says. */
class Store {
  readonly tokens = new Set<number>();
  readonly rows = new Map<string, CallRow[]>();

  write(block: Block): void {
    if (!this.tokens.has(block.seq)) for (const row of block.rows) this.rows.set(row.id, [...(this.rows.get(row.id) ?? []), row]);
    this.tokens.add(block.seq);
    for (const { row } of block.revisions) this.rows.set(row.id, [row]);
    for (const { row } of block.removed) this.rows.delete(row.id);
  }

  find(callId: string): CallRow[] {
    return [...this.rows.values()].flat().filter((r) => r.callIds.includes(callId));
  }
}

/** One life of the assembler over messages from..to; blocks reach the store `behind` blocks late, snapshots after them. */
async function live(book: Book, messages: Message[], from: number, to: number, store: Store, behind: number) {
  const waiting: { block?: Block; capture?: ReturnType<typeof captureBook> }[] = [];
  let saved: Uint8Array | null = null;
  const flush = async (most: number) => {
    while (waiting.length > most) {
      const { block, capture } = waiting.shift() ?? {};
      if (block) {
        store.write(block);
        book.flushedSeq = block.seq;
      }
      if (capture) saved = await encodeSnapshot(capture);
    }
  };
  for (let i = from; i < to; i++) {
    const { time, facts, paceMs } = messages[i] as Message;
    if (paceMs !== undefined) book.state.paceMs = paceMs;
    if (book.state.lookupBefore === 0) book.state.lookupBefore = time - KEEP_MS;
    for (const callId of book.unknown(facts)) {
      await flush(0);
      const rows = store.find(callId);
      // raw rows hold every fact that ever came, those after the snapshot too
      const callIds = rows.flatMap((r) => r.callIds);
      const all = messages.slice(0, to).flatMap((m) => m.facts.filter((f) => callIds.includes(f.callId)));
      if (rows.length > 0) book.adopt(callIds, all, rows);
    }
    book.apply(i + 1, time, facts);
    const due = book.state.time - book.state.lastSnapshot >= SNAPSHOT_MS;
    const block = book.cut(due);
    if (block) waiting.push({ block });
    if (due) {
      book.state.lastSnapshot = book.state.time;
      waiting.push({ capture: captureBook(book, []) });
    }
    await flush(behind);
  }
  return { saved: saved as Uint8Array | null, finish: () => flush(0) };
}

const newBook = () =>
  new Book({
    rules: { dialogLimitMs: 14_400_000 },
    keepMs: KEEP_MS,
    memoryBytes: 1e9,
    directories: new Directories(),
    onPoison: (_, error) => {
      throw error;
    },
  });

const rowsOf = (store: Store) => Object.fromEntries([...store.rows].map(([id, rows]) => [id, rows.map((r) => ({ ...r, revision: 0 }))]));

/** Ids whose rows differ: a list that a person can read when it fails. */
function differences(a: ReturnType<typeof rowsOf>, b: ReturnType<typeof rowsOf>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((id) => JSON.stringify(a[id]) !== JSON.stringify(b[id]));
}

test.each([
  { lagMs: 5, rate: 20 },
  { lagMs: 300, rate: 100 },
  { lagMs: 2_000, rate: 50 },
  { lagMs: 2_000, rate: 200 },
  { lagMs: 60_000, rate: 100 },
  { lagMs: 2_000, rate: 100, isPaced: true },
])(
  'a life that was killed at any moment leaves the same rows, each once, and the same ledger ($lagMs ms behind, $rate/s, pace changed: $isPaced)',
  async ({ lagMs, rate, isPaced = false }) => {
    for (let seed = 1; seed <= 6; seed++) {
      const messages = traffic(seed, rate, lagMs, 14, isPaced);
      const whole = new Store();
      const book = newBook();
      await (await live(book, messages, 0, messages.length, whole, 0)).finish();
      const calls = book.state.calls;

      const next = random(seed * 7_919);
      const killed = new Store();
      const kill = Math.floor(messages.length * (0.3 + next() * 0.6));
      const first = await live(newBook(), messages, 0, kill, killed, Math.floor(next() * 4));
      const second = newBook();
      let begin = 0;
      if (first.saved) {
        const snapshot = decodeSnapshot(first.saved);
        second.restore(snapshot.state, snapshot.open, snapshot.settled);
        begin = snapshot.state.seq;
      } else second.state.lookupBefore = T0 + 1e9;
      await (await live(second, messages, begin, messages.length, killed, 0)).finish();

      const twice = [...killed.rows].filter(([, rows]) => rows.length > 1).map(([id]) => id);
      expect(twice, `seed ${seed}, killed at ${kill} of ${messages.length}`).toEqual([]);
      expect(differences(rowsOf(killed), rowsOf(whole))).toEqual([]);
      if (first.saved) expect(second.state.calls).toEqual(calls);
      expect(calls.received).toBe(calls.stored + (calls.dropped.linked ?? 0));
      expect(calls.dropped.linked).toBeGreaterThan(0);
      expect(whole.rows.size).toBe(calls.stored);
    }
  },
);

test('a flood of calls that never end is closed as it stands, oldest first, and revised when the end comes', () => {
  const book = new Book({
    rules: { dialogLimitMs: 14_400_000 },
    keepMs: KEEP_MS,
    memoryBytes: 12_000 * 100,
    directories: new Directories(),
    onPoison: (_, error) => {
      throw error;
    },
  });
  for (let i = 0; i < 150; i++) book.apply(i + 1, T0 + i, [event(`flood-${i}`, 'start', T0 + i)]);
  expect(book.openCount).toBe(100);
  expect(book.state.crowdedOut).toBe(50);
  const block = book.cut(true);
  expect(block?.rows.map((r) => [r.id, r.source]).slice(0, 2)).toEqual([
    ['flood-0', 'rule'],
    ['flood-1', 'rule'],
  ]);
  book.apply(151, T0 + 1_000, [event('flood-0', 'failed', T0 + 900, { code: 486 })]);
  book.apply(152, T0 + 4_000, []);
  expect(book.cut(true)?.revisions.map((r) => [r.row.id, r.row.result, r.row.source])).toEqual([['flood-0', 'busy', 'events']]);
});

test('a snapshot brings back what was open, exactly', async () => {
  const messages = traffic(3, 50, 100, 3);
  const book = newBook();
  messages.slice(0, 60).forEach((m, i) => {
    book.apply(i + 1, m.time, m.facts);
  });
  const snapshot = decodeSnapshot(await encodeSnapshot(captureBook(book, [])));
  expect(snapshot.state).toEqual(book.state);
  const said = (conversations: Iterable<Conversation>) =>
    [...conversations].map((c) => [c.settledAt, c.written, c.members.map((m) => [m.callId, m.settle, m.fates, m.isSettled, m.facts])]);
  expect(said(snapshot.open)).toEqual(said(book.open()));
  expect(snapshot.settled.length).toBe(book.settledCount);
});
