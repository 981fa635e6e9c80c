/** Brings what a scenario sends through the product's own steps, from bytes to rows, and moves time on until all is settled. */
import { decodeFacts, encodeFacts, type Fact } from '@callscope/core/bus/facts.ts';
import { decodeFrame, encodeFrame } from '@callscope/core/bus/frames.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import type { Block, SecurityRow } from '@callscope/ingest/assemble/block.ts';
import { Book } from '@callscope/ingest/assemble/book.ts';
import { JsonScanner } from '@callscope/ingest/edge/json-scanner.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import type { Arrival, Channel } from './generator/chaos.ts';
import { COMPANIES, TEAMS, teamOf } from './generator/companies.ts';

const FRAME_MS = 20;
const MOST_PACKETS = 256;
/** as long as the product remembers what is settled: what comes later is looked up in the store, which has tests of its own */
const KEEP_MS = 600_000;
/** Everything here ends; by then nothing that was told of may be open. */
const PATIENCE_MS = 120_000;

export interface Outcome {
  rows: CallRow[];
  security: SecurityRow[];
  /** packets by what decoding made of them */
  fates: Record<string, number>;
  /** what the book counted, and how many conversations it has not done with */
  book: Book;
  /** Call-IDs of those */
  open: string[];
  /** a row that was written twice, or revised or removed though nobody had seen it */
  amiss: string[];
}

export function scenarioDirectories(): Directories {
  const directories = new Directories();
  const extensions = Array.from({ length: TEAMS }, (_, i) => teamOf(i)).flat();
  for (const { id, name, domain, numbers } of COMPANIES) {
    const employees = extensions.map((x) => ({ id: `${id}-${x}`, name: x, extensions: [x] }));
    directories.put({
      version: 1,
      tenant: { id, ...tenantSchema.parse({ name, domain }) },
      versions: [{ validFrom: 0, body: directorySchema.parse({ numbers: numbers.map((number) => ({ number })), employees }) }],
    });
  }
  return directories;
}

/** What the store would hold, by the keys and in the order of its statements: new rows, revisions, removals. */
class Table {
  readonly rows = new Map<string, CallRow>();
  readonly security: SecurityRow[] = [];
  readonly amiss: string[] = [];

  write({ rows, revisions, removed, security }: Block): void {
    for (const row of rows) {
      if (this.rows.has(keyOf(row))) this.amiss.push(`written twice: ${keyOf(row)}`);
      this.rows.set(keyOf(row), row);
    }
    for (const { row } of revisions) this.rows.set(keyOf(row), row);
    for (const { old } of revisions) this.#delete(old, 'revised');
    for (const { row } of removed) this.#delete(row, 'removed');
    this.security.push(...security);
  }

  #delete(row: CallRow, what: string): void {
    if (!this.rows.delete(keyOf(row))) this.amiss.push(`${what}, never written: ${keyOf(row)}`);
  }
}

const keyOf = (row: CallRow) => `${row.tenant} ${row.startedAt} ${row.id} ${row.revision}`;

/** @param arrivals in order of arrival */
export function run(arrivals: readonly Arrival[], directories: Directories): Outcome {
  const book = new Book({
    rules: { dialogLimitMs: 14_400_000 },
    keepMs: KEEP_MS,
    memoryBytes: 4e9,
    directories,
    onPoison: (_, error) => {
      throw error;
    },
  });
  const table = new Table();
  const memory = new DecoderMemory();
  const raw = new RawBlock();
  const scanner = new JsonScanner(65_536);
  const fates: Record<string, number> = {};
  let frameSeq = 0;
  let factsSeq = 0;
  let firstFact = 1;

  const flush = () => {
    const block = book.cut();
    if (!block) return;
    table.write(block);
    book.flushedSeq = block.seq;
  };
  const passTime = (untilMs: number) => {
    for (let due = book.nextDue(); due < untilMs; due = book.nextDue()) {
      // a deadline may come up only to be put back
      book.apply(++factsSeq, Math.max(due, book.state.time + 1), []);
      flush();
    }
  };
  const decode = (channel: Channel, packets: readonly Buffer[], receivedAt: number): Fact[] => {
    const header = { edge: 'edge', channel, boot: 1, firstN: 1, receivedAt, drops: {} };
    const out = { block: raw, facts: [] as Fact[] };
    const done = decodeFramePackets(decodeFrame(encodeFrame(header, packets)), ++frameSeq, memory, out);
    for (const { error } of done.dead) throw error;
    const { stored, duplicate, dropped } = done.fates;
    for (const [fate, count] of Object.entries({ stored, duplicate, ...dropped })) fates[fate] = (fates[fate] ?? 0) + count;
    if (raw.rows > 20_000) raw.clear();
    return out.facts;
  };

  for (let i = 0; i < arrivals.length; ) {
    const beginsAt = (arrivals[i] as Arrival).atMs;
    const byChannel = new Map<Channel, Buffer[]>();
    let count = 0;
    for (; i < arrivals.length && count < MOST_PACKETS; i++, count++) {
      const { atMs, channel, bytes } = arrivals[i] as Arrival;
      if (atMs >= beginsAt + FRAME_MS) break;
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), bytes]);
    }
    const facts: Fact[] = [];
    for (const [channel, packets] of byChannel)
      facts.push(...decode(channel, channel === 'event-tcp' ? asStream(scanner, packets) : packets, Math.floor(beginsAt)));
    const now = Math.floor(beginsAt) + FRAME_MS;
    passTime(now);
    const batch = decodeFacts(encodeFacts({ decoder: 'd', boot: 1, firstN: firstFact, facts }));
    firstFact += facts.length;
    book.apply(++factsSeq, now, batch.facts);
    flush();
  }
  passTime(book.state.time + PATIENCE_MS);
  const open = [...book.open()].flatMap((c) => c.members.map((m) => m.callId));
  // as analytics/run/operator.ts reads them: an attempt that became a call is none
  const called = new Set([...table.rows.values()].flatMap((row) => row.callIds));
  const security = table.security.filter((row) => !called.has(row.callId));
  return { rows: [...table.rows.values()], security, fates, book, open, amiss: table.amiss };
}

/** Events by TCP stand back to back, and are read in whatever pieces arrive. */
function asStream(scanner: JsonScanner, packets: readonly Buffer[]): Buffer[] {
  const bytes = Buffer.concat(packets);
  const cut = Math.floor(bytes.length / 3);
  const out: Buffer[] = [];
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)])
    for (const scan of scanner.push(piece)) {
      if (scan.kind !== 'object') throw new Error(`the stream of events broke: ${scan.kind}`);
      out.push(scan.bytes);
    }
  return out;
}
