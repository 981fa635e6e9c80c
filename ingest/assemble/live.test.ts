import type { Fact } from '@callscope/core/bus/facts.ts';
import { type EndedCall, type LiveCall, type LiveChange, type LiveSnapshot, readLive } from '@callscope/core/bus/live.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { Directories, directorySchema, tenantSchema } from '@callscope/core/domain/directory.ts';
import { describe, expect, test } from 'vitest';
import { companies, conversations, events, hep, rtcpHep, truth } from '../../test/medium/fixtures.ts';
import { DecoderMemory, decodeFramePackets } from '../steps/frame.ts';
import { RawBlock } from '../write/raw-rows.ts';
import type { Block } from './block.ts';
import { Book } from './book.ts';
import { changeMessages, LiveProjection, matters, snapshotMessages } from './live.ts';

const directories = new Directories();
for (const [id, c] of Object.entries(companies()))
  directories.put({
    version: 1,
    tenant: { id, ...tenantSchema.parse(c.tenant) },
    versions: [{ validFrom: 0, body: directorySchema.parse(c.directory) }],
  });

function factsOf(channel: 'hep-udp' | 'event-udp', packets: readonly (Buffer | string)[]): Fact[] {
  const out = { block: new RawBlock(), facts: [] as Fact[] };
  const bytes = packets.map((p) => Buffer.from(p as string));
  decodeFramePackets(
    { edge: 'e', channel, boot: 1, firstN: 1, receivedAt: Date.UTC(2026, 10, 23, 15), count: bytes.length, drops: {}, packets: bytes },
    1,
    new DecoderMemory(),
    out,
  );
  return out.facts;
}

const hepFacts = factsOf('hep-udp', [...hep('udp'), ...rtcpHep()]);
const eventFacts = factsOf('event-udp', events());
const LISTED = conversations(false);

interface Said {
  calls: Map<string, LiveCall>;
  /** every state of each call, in order */
  seen: Map<string, string[]>;
  ended: EndedCall[];
  gone: string[];
}

/** Facts through the book as they came, with live state looked at after each; what one company's reader makes of it. */
function play(facts: readonly Fact[], lookEvery = 1) {
  const projection = new LiveProjection(directories);
  const book = new Book({
    rules: { dialogLimitMs: 7_200_000 },
    keepMs: 600_000,
    memoryBytes: 1 << 30,
    directories,
    onPoison: () => undefined,
    onChange: (conversation, fact) => projection.changed(conversation, fact),
  });
  const said = new Map<string, Said>();
  const blocks: Block[] = [];
  let sequence = 0;
  const look = () => {
    projection.fold(1e9);
    for (const [tenant, news] of projection.take()) {
      const one: Said = said.get(tenant) ?? { calls: new Map(), seen: new Map(), ended: [], gone: [] };
      said.set(tenant, one);
      for (const text of changeMessages(news, () => ({ group: 'g', boot: 'b', seq: ++sequence }))) {
        const change = readLive(text) as LiveChange;
        for (const c of change.calls) {
          one.calls.set(c.id, c);
          const states = one.seen.get(c.id) ?? [];
          const state = c.endedAt > 0 ? 'over' : c.state;
          if (states.at(-1) !== state) states.push(state);
          one.seen.set(c.id, states);
        }
        for (const id of change.gone) {
          one.calls.delete(id);
          one.gone.push(id);
        }
        for (const e of change.ended) one.calls.delete(e.id);
        one.ended.push(...change.ended);
      }
    }
  };
  const step = (seq: number, time: number, list: Fact[]) => {
    book.apply(seq, time, list);
    const block = book.cut();
    if (!block) return;
    blocks.push(block);
    projection.written(block.rows, block.revisions);
  };
  let seq = 0;
  let time = 0;
  for (const fact of facts) {
    time = Math.max(time, Math.floor(fact.at / 1_000));
    step(++seq, time, [fact]);
    if (seq % lookEvery === 0) look();
  }
  for (let i = 0; i < 40; i++) {
    time += 1_000;
    step(++seq, time, []);
    look();
  }
  return { said, blocks, projection };
}

const byTime = (facts: readonly Fact[]) => [...facts].sort((a, b) => a.at - b.at);

describe.each([
  ['events alone', eventFacts],
  ['HEP alone', hepFacts],
  ['both', [...eventFacts, ...hepFacts]],
])('%s', (_, facts) => {
  const { said, blocks, projection } = play(byTime(facts));
  const listed = conversations(facts !== eventFacts);

  test('every listed call ends once, for its own company only, and nothing stays in progress', () => {
    for (const tenant of ['t1', 't2']) {
      const ids = said
        .get(tenant)
        ?.ended.map((e) => e.id)
        .sort();
      expect(ids).toEqual(
        listed
          .filter((c) => c.tenant === tenant)
          .map((c) => c.call_id)
          .sort(),
      );
    }
    for (const one of said.values()) expect([...one.calls.keys()]).toEqual([]);
    expect(projection.shownCount).toBe(0);
    expect([...projection.tenants]).toEqual([]);
  });

  test('a call goes from calling over ringing to talking, never back', () => {
    const order = ['calling', 'ringing', 'talking', 'over'];
    for (const call of listed) {
      const states = said.get(call.tenant as string)?.seen.get(call.call_id) ?? [];
      expect(
        states.map((s) => order.indexOf(s)),
        `call ${call.n} ${states}`,
      ).toEqual(states.map((s) => order.indexOf(s)).sort());
      expect(states.includes('talking'), `call ${call.n} ${states}`).toBe(call.answer !== null);
    }
  });

  test('the blocks are the same as when nobody looks', () => {
    const silent = play(byTime(facts), 1e9);
    expect(silent.blocks).toEqual(blocks);
  });
});

test('targets are those that the call is offered to, then the one that talks', () => {
  const hunt = LISTED.find((c) => c.n === 1);
  const own = byTime([...eventFacts, ...hepFacts].filter((f) => f.callId === hunt?.call_id));
  // a phone's own answer comes before the script's word of it
  const firstAnswer = own.findIndex((f) =>
    f.kind === 'sip' ? f.method === 'INVITE' && f.code === 200 : Number(f.kind === 'event' && f.params.code) === 200,
  );
  const scriptsWord = own.findIndex((f) => f.kind === 'event' && f.params.state === 'answered');
  const read = (count: number) => {
    const projection = new LiveProjection(directories);
    const book = new Book({
      rules: { dialogLimitMs: 7_200_000 },
      keepMs: 1,
      memoryBytes: 1 << 30,
      directories,
      onPoison: () => undefined,
      onChange: (c, f) => projection.changed(c, f),
    });
    book.apply(1, 1_000, own.slice(0, count));
    projection.fold(1e9);
    return projection.snapshot('t1').map((t) => JSON.parse(t) as LiveCall)[0];
  };
  const offered = read(firstAnswer);
  expect(offered?.targets.length).toBeGreaterThan(1);
  expect(offered?.employee).toBe('');
  const talking = read(scriptsWord + 1);
  expect(talking?.state).toBe('talking');
  expect(talking?.targets).toHaveLength(1);
  expect(talking?.targets[0]).toMatchObject({ target: talking?.answeredBy, employee: talking?.employee, state: 'talking' });
  expect(talking?.employee).not.toBe('');
});

test('history that comes in one go is told by its ends alone', () => {
  const { said } = play(byTime([...eventFacts, ...hepFacts]), 1e9);
  expect(said.get('t1')?.seen.size).toBe(0);
  expect(said.get('t1')?.ended.length).toBe(LISTED.filter((c) => c.tenant === 't1').length);
});

test('a failed authentication and an unknown company are shown to no company', () => {
  const { said } = play(byTime([...eventFacts, ...hepFacts]));
  expect([...said.keys()].sort()).toEqual(['t1', 't2', 'unassigned']);
  const wrong = truth().find((c) => c.n === 15)?.call_id as string;
  for (const one of said.values()) expect(one.ended.map((e) => e.id)).not.toContain(wrong);
});

test('a revision is told to the company that has the call and to the one that had it', () => {
  const { blocks } = play(byTime(eventFacts));
  const row = blocks.flatMap((b) => b.rows).find((r) => r.tenant === 't1') as CallRow;
  const projection = new LiveProjection(directories);
  const moved = { ...row, tenant: 't2' };
  projection.written(
    [],
    [
      { old: row, row: moved, why: 'directory' },
      { old: { ...row, tenant: 'nobody' }, row, why: 'directory' },
    ],
  );
  const news = projection.take();
  expect([...news.keys()].sort()).toEqual(['t1', 't2']);
  for (const one of news.values()) expect(one).toMatchObject({ revised: [JSON.stringify(row.id)], more: false, ended: [] });
  expect(projection.take().size).toBe(0);
  projection.written(
    [],
    Array.from({ length: 5_000 }, (_, i) => ({ old: row, row: { ...row, id: `r${i}` }, why: 'late_facts' as const })),
  );
  const flood = projection.take().get('t1');
  expect(flood?.more).toBe(true);
  expect(flood?.revised.length).toBeLessThanOrEqual(1_000);
});

test('proof of life and what passes inside a dialog cost no fold', () => {
  expect(matters({ kind: 'activity', at: 1, callId: 'c' })).toBe(false);
  const invite = hepFacts.find((f) => f.kind === 'sip' && f.method === 'INVITE' && f.code === 0 && f.toTag === '') as Fact;
  expect(matters(invite)).toBe(true);
  expect(matters({ ...invite, toTag: 'x' } as Fact)).toBe(false);
});

test('messages are cut by size, every element is in one of them, and the numbers follow each other', () => {
  const list = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => JSON.stringify({ id: `${prefix}${i}` }));
  const news = { calls: list('c', 50), gone: ['"g"'], ended: list('e', 70), revised: ['"r"'], more: true };
  let seq = 4;
  const messages = changeMessages(news, () => ({ group: 'g', boot: 'b', seq: ++seq }), 300).map((t) => readLive(t) as LiveChange);
  expect(messages.length).toBeGreaterThan(3);
  expect(messages.map((m) => m.seq)).toEqual(messages.map((_, i) => 5 + i));
  expect(messages.flatMap((m) => m.calls)).toHaveLength(50);
  expect(messages.flatMap((m) => m.ended)).toHaveLength(70);
  expect(messages.flatMap((m) => m.gone)).toEqual(['g']);
  expect(messages.filter((m) => m.more)).toHaveLength(1);

  const parts = snapshotMessages(list('c', 50), list('p', 3), { group: 'g', boot: 'b', seq: 9 }, 300).map(
    (t) => readLive(t) as LiveSnapshot,
  );
  expect(parts.map((p) => [p.part, p.parts, p.seq])).toEqual(parts.map((_, i) => [i, parts.length, 9]));
  expect(parts.flatMap((p) => p.calls)).toHaveLength(50);
  expect(parts.flatMap((p) => p.phones ?? [])).toHaveLength(3);
  expect(snapshotMessages([], [], { group: 'g', boot: 'b', seq: 0 })).toHaveLength(1);
});
