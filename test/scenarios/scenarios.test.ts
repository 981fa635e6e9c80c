import { readFileSync } from 'node:fs';
import type { Fact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { Book } from '@callscope/ingest/assemble/book.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import { expect, test } from 'vitest';
import { Cast, COMPANIES, type Expected, PLAYS, type Scenario } from './people.ts';
import { Random } from './random.ts';
import { type Sent, send } from './wire.ts';

const BASE = 1_795_445_000;
const SCENARIOS = 5_000;
/** a conversation begins so often, seconds: with these lengths about two hundred go on at once */
const EVERY = 0.2;
/** whatever an edge rounds, and the two hops of a packet */
const NEAR = 0.06;

const directories = new Directories();
for (const { tenant, domain, did } of COMPANIES)
  directories.put({
    version: 1,
    tenant: { id: tenant, ...tenantSchema.parse({ name: tenant, domain }) },
    versions: [{ validFrom: 0, body: directorySchema.parse({ numbers: [{ number: did }] }) }],
  });

interface Arrival {
  at: number;
  channel: 'hep-udp' | 'hep-tcp' | 'event-udp' | 'event-tcp';
  bytes: Buffer;
}

/** What happens to packets on their way: sources that are not there, transports, copies, loss, repeats, order, lag. */
function chaos(sent: readonly Sent[], scenario: Scenario, random: Random): Arrival[] {
  const source = random.pick(scenario.sources);
  const transports = random.pick([['udp'], ['tcp'], ['udp', 'tcp']] as const);
  const lag = { hep: 0, event: 0 };
  lag[random.pick(['hep', 'event'] as const)] = random.chance(0.3) ? random.between(0, 20) : 0;
  const jitter = random.pick([0, 0.05, 1.5]);
  const arrivals: Arrival[] = [];
  for (const { at, source: from, bytes, isVital } of sent) {
    if ((from === 'hep' && source === 'events') || (from === 'event' && source === 'hep')) continue;
    if (!isVital && random.chance(0.2)) continue;
    for (const transport of transports) {
      const copies = random.chance(0.05) ? 2 : 1;
      for (let i = 0; i < copies; i++)
        arrivals.push({ at: at + lag[from] + random.next() * jitter, channel: `${from}-${transport}`, bytes });
    }
  }
  return arrivals;
}

function plan(seed: number, count: number) {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const company = COMPANIES[i % 2] ?? COMPANIES[0];
    const first = 1_000 + ((Math.floor(i / 2) * 4) % 8_000);
    const cast = new Cast(random, company, i * EVERY, [first, first + 1, first + 2, first + 3], `${seed}-${i}`);
    return random.pick(PLAYS)(cast, random);
  });
}

/** Everything through decoding and the book, until all is settled. */
function assemble(arrivals: readonly Arrival[]): CallRow[] {
  const memory = new DecoderMemory();
  const book = new Book({
    rules: { dialogLimitMs: 7_200_000 },
    keepMs: 600_000,
    memoryBytes: 1 << 30,
    directories,
    onPoison: (conversation, error) => {
      throw new Error(`cannot be folded: ${conversation.callId}`, { cause: error });
    },
  });
  const rows = new Map<string, CallRow>();
  const take = () => {
    const block = book.cut(true);
    if (!block) return;
    for (const row of block.rows) {
      expect(rows.has(`${row.tenant} ${row.id}`), `written twice: ${row.id}`).toBe(false);
      rows.set(`${row.tenant} ${row.id}`, row);
    }
    for (const { old, row } of block.revisions) {
      expect(rows.delete(`${old.tenant} ${old.id}`), `revised and never written: ${old.id}`).toBe(true);
      rows.set(`${row.tenant} ${row.id}`, row);
    }
    for (const { row } of block.removed) expect(rows.delete(`${row.tenant} ${row.id}`), `removed and never written: ${row.id}`).toBe(true);
    book.flushedSeq = block.seq;
  };
  const out = { block: new RawBlock(), facts: [] as Fact[] };
  let seq = 0;
  let time = 0;
  for (const { at, channel, bytes } of [...arrivals].sort((a, b) => a.at - b.at)) {
    time = Math.max(time, Math.floor((BASE + at) * 1_000));
    out.block.clear();
    out.facts = [];
    decodeFramePackets(
      { edge: 'e', channel, boot: 1, firstN: ++seq, receivedAt: time, count: 1, drops: {}, packets: [bytes] },
      seq,
      memory,
      out,
    );
    book.apply(seq, time, out.facts);
    if (seq % 50 === 0) take();
  }
  for (let i = 0; i < 400; i++) {
    time += 1_000;
    book.apply(++seq, time, []);
    take();
  }
  expect(book.inFlight).toBe(0);
  const { calls } = book.state;
  expect(calls.received).toBe(calls.stored + Object.values(calls.dropped).reduce((a, b) => a + b, 0));
  return [...rows.values()];
}

const seconds = (us: number) => us / 1e6 - BASE;
const near = (a: number | null, b: number | null) => (a === null || b === null ? a === b : Math.abs(a - b) <= NEAR);

/** What is wrong with the rows of one scenario; empty: nothing. */
function differences(scenario: Scenario, rows: readonly CallRow[]): string[] {
  const left = [...rows];
  const problems: string[] = [];
  for (const want of scenario.expected) {
    const at = left.findIndex(
      (r) =>
        r.tenant === want.tenant &&
        [...r.callIds].sort().join() === [...want.callIds].sort().join() &&
        Math.abs(seconds(r.startedAt) - want.start) < 1,
    );
    const [row] = at < 0 ? [] : left.splice(at, 1);
    if (!row) problems.push(`no call of ${want.callIds.join(' + ')}`);
    else problems.push(...unlike(row, want));
  }
  for (const row of left) problems.push(`a call too many: ${row.id} of ${row.callIds.join(' + ')}`);
  return problems;
}

function unlike(row: CallRow, want: Expected): string[] {
  const problems: string[] = [];
  for (const field of ['direction', 'result', 'from', 'answeredBy'] as const)
    if (row[field] !== want[field]) problems.push(`${field} is ${row[field]}, not ${want[field]}`);
  const got = { start: seconds(row.startedAt), answer: row.answeredAt === 0 ? null : seconds(row.answeredAt), end: seconds(row.endedAt) };
  for (const field of ['start', 'answer', 'end'] as const)
    if (!near(got[field], want[field])) problems.push(`${field} is ${got[field]}, not ${want[field]}`);
  const legs = row.legs.map((l) => l.target).sort();
  if (legs.join() !== [...want.legs].sort().join()) problems.push(`legs are ${legs}, not ${want.legs}`);
  return problems;
}

/** Plays scenarios at once; what went wrong, each with what a person needs to look at it. */
function failures(seed: number, count: number): string[] {
  const scenarios = plan(seed, count);
  const random = new Random(seed + 1_000_003);
  const sent = scenarios.map((scenario) => {
    const own = new Random(random.int(1, 2 ** 31));
    return chaos(
      scenario.dialogs.flatMap((d) => send(d, BASE, own)),
      scenario,
      own,
    );
  });
  const rows = assemble(sent.flat());
  const byCallId = new Map<string, Set<CallRow>>();
  for (const row of rows) for (const id of row.callIds) byCallId.set(id, (byCallId.get(id) ?? new Set()).add(row));
  return scenarios.flatMap((scenario, i) => {
    const own = new Set(scenario.dialogs.flatMap((d) => [...(byCallId.get(d.callId) ?? [])]));
    const problems = differences(scenario, [...own]);
    if (problems.length === 0) return [];
    const alone = differences(scenario, assemble(sent[i] ?? []));
    return [`seed ${seed}, scenario ${i}, ${scenario.kind}: ${problems.join('; ')} (alone: ${alone.join('; ') || 'right'})`];
  });
}

test('five thousand conversations at once, over any transport, with copies, losses, repeats and lag, give what their plans say', () => {
  const seed = Number(process.env.SCENARIO_SEED ?? 20_261_126);
  const wrong = failures(seed, SCENARIOS);
  expect(wrong.slice(0, 20), `${wrong.length} of ${SCENARIOS}`).toEqual([]);
}, 240_000);

test('the generator knows nothing of what it checks', () => {
  for (const file of ['people.ts', 'wire.ts', 'random.ts'])
    expect(readFileSync(new URL(file, import.meta.url), 'utf8'), file).not.toMatch(/from '(?!\.\/)/);
});
