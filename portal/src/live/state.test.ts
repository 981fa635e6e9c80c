import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { type FromWorker, LiveHub, type PortLike } from './hub.ts';
import type { DeltaMessage } from './messages.ts';
import type { EventSourceLike } from './source.ts';
import { applyLive, EMPTY_LIVE, inProgress } from './state.ts';

const call = (id: string, startedAt: number, more: Partial<LiveCall> = {}): LiveCall => ({
  ...{ id, direction: 'in', from: '79161234567', dialled: '74951000101', number: '74951000101' },
  ...{ employee: '', group: '', answeredBy: '', state: 'calling', startedAt, ringingAt: 0, answeredAt: 0, endedAt: 0, targets: [] },
  ...more,
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
const delta = (more: Partial<DeltaMessage>): DeltaMessage => ({
  ...{ type: 'delta', calls: [], gone: [], ended: [], endedCount: more.ended?.length ?? 0, revised: [], reload: false },
  ...more,
});

test('before the first snapshot nothing is known; after it calls stand in order of their start', () => {
  expect(EMPTY_LIVE.synced).toBe(false);
  const state = applyLive(EMPTY_LIVE, { type: 'snapshot', calls: [call('b', 2), call('a', 1)] });
  expect(state.synced).toBe(true);
  expect(state.reloads).toBe(0);
  expect([...state.calls.keys()]).toEqual(['a', 'b']);
});

test('a delta changes, adds, removes; the state before is left as it was', () => {
  const before = applyLive(EMPTY_LIVE, { type: 'snapshot', calls: [call('a', 1), call('b', 2), call('c', 3)] });
  const after = applyLive(
    before,
    delta({ calls: [call('a', 1, { state: 'talking', answeredAt: 5 }), call('d', 0)], gone: ['b'], ended: [ended('c')], revised: ['x'] }),
  );
  expect([...after.calls].map(([id, c]) => [id, c.state])).toEqual([
    ['d', 'calling'],
    ['a', 'talking'],
  ]);
  expect(after.ended.map((e) => e.id)).toEqual(['c']);
  expect(after).toMatchObject({ endedCount: 1, revised: ['x'], reloads: 0 });
  expect([...before.calls.keys()]).toEqual(['a', 'b', 'c']);
});

test('what is said twice counts once', () => {
  const once = applyLive(EMPTY_LIVE, delta({ calls: [call('a', 1)], ended: [ended('c')] }));
  const twice = applyLive(once, delta({ calls: [call('a', 1)], ended: [ended('c')] }));
  expect(twice).toEqual(once);
});

test('the newest ended calls are kept, all are counted, and what is not listed asks for a reload', () => {
  const many = Array.from({ length: 150 }, (_, i) => ended(`e${i}`));
  let state = applyLive(EMPTY_LIVE, delta({ ended: many }));
  state = applyLive(state, delta({ ended: many.map((e) => ({ ...e, id: `f${e.id}` })), endedCount: 900, reload: true }));
  expect(state.ended).toHaveLength(200);
  expect(state.ended[0]?.id).toBe('fe149');
  expect(state.endedCount).toBe(1050);
  expect(state.reloads).toBe(1);
});

test('a later snapshot replaces the calls and asks for a reload of lists', () => {
  const first = applyLive(EMPTY_LIVE, { type: 'snapshot', calls: [call('a', 1)] });
  const second = applyLive(first, { type: 'snapshot', calls: [call('b', 1)] });
  expect([...second.calls.keys()]).toEqual(['b']);
  expect(second.reloads).toBe(1);
});

test('a call whose row is on its way is listed and not in progress', () => {
  const state = applyLive(EMPTY_LIVE, { type: 'snapshot', calls: [call('a', 1, { endedAt: 9 }), call('b', 2)] });
  expect(inProgress(state).map((c) => c.id)).toEqual(['b']);
});

class FakeSource implements EventSourceLike {
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  listeners = new Map<string, (event: { data: string; lastEventId: string }) => void>();
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }
  addEventListener(type: string, listener: (event: { data: string; lastEventId: string }) => void): void {
    this.listeners.set(type, listener);
  }
  close(): void {
    this.readyState = 2;
  }
  say(type: string, data: object, lastEventId = ''): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data), lastEventId });
  }
}

function hub() {
  const sources: FakeSource[] = [];
  let now = 0;
  const made = new LiveHub(
    (url) => {
      const source = new FakeSource(url);
      sources.push(source);
      return source;
    },
    () => now,
  );
  const port = () => {
    const heard: FromWorker[] = [];
    return { heard, postMessage: (m: FromWorker) => void heard.push(m) } satisfies PortLike & { heard: FromWorker[] };
  };
  return { hub: made, sources, port, wait: (ms: number) => (now += ms) };
}

test('tabs of one company share a stream, a later one begins with what is known, another company has its own', () => {
  const { hub: live, sources, port } = hub();
  const [a, b, c] = [port(), port(), port()];
  live.receive(a, { type: 'watch', url: '/c/t1/live' });
  sources[0]?.onopen?.();
  sources[0]?.say('snapshot', { calls: [call('x', 1)] }, 'b.0');
  sources[0]?.say('delta', delta({ calls: [call('y', 2)] }), 'b.1');
  live.receive(b, { type: 'watch', url: '/c/t1/live' });
  expect(sources).toHaveLength(1);
  expect(b.heard).toEqual([
    { type: 'state', state: 'connected' },
    { type: 'message', message: { type: 'snapshot', calls: [call('x', 1), call('y', 2)], phones: [] } },
  ]);
  live.receive(c, { type: 'watch', url: '/c/t2/live' });
  expect(sources.map((s) => s.url)).toEqual(['/c/t1/live', '/c/t2/live']);
  expect(c.heard).toEqual([]);
});

test('a tab that is closed without a word is forgotten, and the stream ends with the last', () => {
  const { hub: live, sources, port, wait } = hub();
  const [a, b] = [port(), port()];
  live.receive(a, { type: 'watch', url: '/live' });
  live.receive(b, { type: 'watch', url: '/live' });
  for (let i = 0; i < 5; i++) {
    wait(10_000);
    live.receive(a, { type: 'alive' });
    live.ping();
  }
  const heard = b.heard.length;
  sources[0]?.say('snapshot', { calls: [] });
  expect(b.heard).toHaveLength(heard);
  expect(a.heard.at(-1)).toMatchObject({ message: { type: 'snapshot' } });
  // it was only frozen: it asks again
  live.receive(b, { type: 'watch', url: '/live' });
  expect(b.heard.at(-1)).toMatchObject({ message: { type: 'snapshot' } });
  live.receive(a, { type: 'leave' });
  expect(sources[0]?.readyState).toBe(1);
  live.receive(b, { type: 'leave' });
  expect(sources[0]?.readyState).toBe(2);
  expect(live.streamCount).toBe(0);
});
