import { type EndedCall, LIVE_VERSION, type LiveCall, type LiveChange, type LiveSnapshot } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import type { DeltaMessage } from '../src/live/messages.ts';
import { applyLive, EMPTY_LIVE } from '../src/live/state.ts';
import { CompanyState } from './company.ts';
import { Watcher } from './watcher.ts';

const call = (id: string, state: LiveCall['state'] = 'calling'): LiveCall => ({
  ...{ id, direction: 'in', from: '', dialled: '', number: '', employee: '', group: '', answeredBy: '', state },
  ...{ startedAt: 1, ringingAt: 0, answeredAt: 0, endedAt: 0, targets: [] },
});
const ended = (id: string): EndedCall => ({
  ...{
    id,
    direction: 'in',
    result: 'answered',
    missedKind: '',
    from: '',
    dialled: '',
    number: '',
    answeredBy: '',
    employee: '',
    group: '',
  },
  ...{ startedAt: 1, answeredAt: 2, endedAt: 3 },
});
const head = { v: LIVE_VERSION, group: 'main', boot: 'b1' };
const change = (seq: number, more: Partial<LiveChange> = {}): LiveChange => ({
  ...{ ...head, kind: 'change', seq, calls: [], gone: [], ended: [], revised: [], more: false },
  ...more,
});
const snapshot = (seq: number, calls: LiveCall[], more: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  ...{ ...head, kind: 'snapshot', seq, part: 0, parts: 1, calls },
  ...more,
});
const ids = (state: CompanyState) =>
  state
    .calls()
    .map((c) => c.id)
    .sort();
const taken = (state: CompanyState) => JSON.parse(state.delta()?.text ?? 'null') as Omit<DeltaMessage, 'type'> | null;

function synced(...calls: LiveCall[]): CompanyState {
  const state = new CompanyState();
  state.snapshot(snapshot(10, calls));
  state.delta();
  return state;
}

test('nothing is known before a whole snapshot, whatever changes come', () => {
  const state = new CompanyState();
  expect([state.known, state.isMissing]).toEqual([false, true]);
  state.change(change(7, { calls: [call('a')] }));
  expect([state.known, state.isMissing]).toEqual([false, true]);
  state.snapshot(snapshot(7, [call('a'), call('b')], { part: 0, parts: 2 }));
  expect(state.known).toBe(false);
  state.snapshot(snapshot(7, [call('c')], { part: 1, parts: 2 }));
  expect([state.known, state.isMissing]).toEqual([true, false]);
  expect(ids(state)).toEqual(['a', 'b', 'c']);
});

test('a snapshot with a part missing is none', () => {
  const state = new CompanyState();
  state.snapshot(snapshot(7, [call('a')], { part: 0, parts: 3 }));
  state.snapshot(snapshot(7, [call('c')], { part: 2, parts: 3 }));
  expect(state.known).toBe(false);
});

test('changes gathered between two deltas are one', () => {
  const state = synced();
  state.change(change(11, { calls: [call('a'), call('b')] }));
  state.change(change(12, { calls: [call('a', 'talking')] }));
  state.change(change(13, { ended: [ended('b')], revised: ['x'] }));
  expect(taken(state)).toEqual({
    ...{
      calls: [call('a', 'talking')],
      gone: [],
      ended: [ended('b')],
      endedCount: 1,
      revised: ['x'],
      reload: false,
      phones: [],
      phonesGone: [],
    },
  });
  expect(state.delta()).toBeNull();
});

test('a gap is noticed, and a snapshot heals it: what is not in it is gone, and lists are to be read again', () => {
  const state = synced(call('a'), call('b'));
  state.change(change(13, { calls: [call('c')] }));
  expect(state.isMissing).toBe(true);
  state.snapshot(snapshot(13, [call('b', 'talking'), call('c')]));
  expect(state.isMissing).toBe(false);
  expect(taken(state)).toMatchObject({ calls: [call('c'), call('b', 'talking')], gone: ['a'], reload: true });
});

test('the regular snapshot of what is known changes nothing; one that shows a missed change does', () => {
  const state = synced(call('a'));
  state.snapshot(snapshot(10, [call('a')]));
  expect(state.hasNews).toBe(false);
  state.snapshot(snapshot(11, []));
  expect(taken(state)).toMatchObject({ gone: ['a'], reload: true });
});

test('a message that comes twice counts once', () => {
  const state = synced();
  state.change(change(11, { ended: [ended('a')] }));
  state.change(change(11, { ended: [ended('a')] }));
  expect(taken(state)).toMatchObject({ endedCount: 1, reload: false });
});

test('another life of the assembler: its calls replace those of the old, which is not believed any more', () => {
  const state = synced(call('a'), call('b'));
  expect(state.heard('main', 'b2')).toBe(false);
  state.change(change(1, { boot: 'b2', calls: [call('b', 'talking')] }));
  expect(state.isMissing).toBe(true);
  // nothing is taken away before the new life has said what there is
  expect(ids(state)).toEqual(['a', 'b']);
  state.snapshot(snapshot(1, [call('b', 'talking')], { boot: 'b2' }));
  expect(ids(state)).toEqual(['b']);
  expect(taken(state)).toMatchObject({ calls: [call('b', 'talking')], gone: ['a'], reload: true });
  state.change(change(11, { calls: [call('z')] }));
  state.snapshot(snapshot(11, [call('z')]));
  expect(ids(state)).toEqual(['b']);
  expect(state.heard('main', 'b2')).toBe(true);
});

test('edge groups number apart and their calls stand together', () => {
  const state = synced(call('a'));
  state.snapshot(snapshot(3, [call('b')], { group: 'spb', boot: 'x' }));
  state.change(change(4, { group: 'spb', boot: 'x', calls: [call('c')] }));
  state.change(change(11, { gone: ['a'] }));
  expect(state.isMissing).toBe(false);
  expect(ids(state)).toEqual(['b', 'c']);
});

test('more than is listed asks for a reload; a call in progress leaves also when its end is not listed', () => {
  const state = synced(call('e450'), call('e3'));
  state.change(change(11, { ended: Array.from({ length: 500 }, (_, i) => ended(`e${i}`)) }));
  const delta = taken(state);
  expect(delta).toMatchObject({ endedCount: 500, reload: true });
  expect(delta?.ended.length).toBeLessThanOrEqual(200);
  expect(delta?.gone).toEqual(['e450']);
});

/** Events of a stream, read to the last that is there. */
async function events(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<{ id: string; type: string; data: string }[]> {
  let text = '';
  for (;;) {
    const next = await Promise.race([reader.read(), new Promise<null>((done) => setTimeout(() => done(null), 20))]);
    if (next === null || next.done) break;
    text += new TextDecoder().decode(next.value);
  }
  return text
    .split('\n\n')
    .filter((block) => block.includes('event:'))
    .map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1] ?? '',
      type: /^event: (.*)$/m.exec(block)?.[1] ?? '',
      data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
    }));
}

test('who comes back with an event id gets what it missed, and nothing twice; with an unknown id a snapshot', async () => {
  const state = synced(call('a'));
  state.change(change(11, { calls: [call('b')] }));
  state.delta();
  const id = `${state.boot}.${state.seq}`;
  state.change(change(12, { calls: [call('c')] }));
  state.delta();
  state.change(change(13, { ended: [ended('a')] }));
  state.delta();
  const open = async (lastEventId: string | null) => {
    const watcher = new Watcher(state, () => undefined);
    const reader = watcher.open(lastEventId, new AbortController().signal).getReader();
    const out = await events(reader);
    watcher.close();
    return out;
  };
  expect((await open(id)).map((e) => [e.type, e.id])).toEqual([
    ['delta', `${state.boot}.${state.seq - 1}`],
    ['delta', `${state.boot}.${state.seq}`],
  ]);
  expect(await open(`${state.boot}.${state.seq}`)).toEqual([]);
  for (const other of [null, 'x.1', `${state.boot}.999`, `${state.boot}.-1`, 'nonsense'])
    expect((await open(other)).map((e) => e.type)).toEqual(['snapshot']);
});

test('a reader that is slow gets a snapshot instead of a queue, and ends with the same state', async () => {
  const state = synced();
  const watcher = new Watcher(state, () => undefined);
  const reader = watcher.open(null, new AbortController().signal).getReader();
  for (let i = 0; i < 3_000; i++) {
    state.change(change(11 + i, { calls: [{ ...call(`c${i % 100}`), from: 'x'.repeat(500), startedAt: i }] }));
    watcher.delta(state.delta());
  }
  const read = await events(reader);
  expect(read.length).toBeLessThan(1_000);
  expect(read.filter((e) => e.type === 'snapshot')).toHaveLength(2);
  let live = EMPTY_LIVE;
  for (const e of read) live = applyLive(live, { type: e.type, ...(JSON.parse(e.data) as object) } as Parameters<typeof applyLive>[1]);
  expect([...live.calls.values()].map((c) => c.startedAt).sort()).toEqual(
    state
      .calls()
      .map((c) => c.startedAt)
      .sort(),
  );
});

test('a reader that takes nothing for a minute is given up, one that takes a little is not', async () => {
  const state = synced(...Array.from({ length: 4_000 }, (_, i) => ({ ...call(`c${i}`), from: 'x'.repeat(300) })));
  const left: string[] = [];
  const idle = new Watcher(state, () => left.push('idle'));
  const slow = new Watcher(state, () => left.push('slow'));
  idle.open(null, new AbortController().signal);
  const reader = slow.open(null, new AbortController().signal).getReader();
  for (let now = 1_000; now <= 120_000; now += 1_000) {
    if (now % 20_000 === 0) await reader.read();
    idle.giveUpIfStuck(now);
    slow.giveUpIfStuck(now);
  }
  expect(left).toEqual(['idle']);
  slow.close();
});

test('a stream ends with its signal, and says so once', () => {
  let left = 0;
  const abort = new AbortController();
  const watcher = new Watcher(synced(), () => left++);
  watcher.open(null, abort.signal);
  abort.abort();
  watcher.close();
  expect(left).toBe(1);
});
