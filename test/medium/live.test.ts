import type { Freshness } from '@callscope/core/bus/freshness.ts';
import type { EndedCall, LiveCall } from '@callscope/core/bus/live.ts';
import { NOTHING, type Within } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { type FreshnessWatch, watchFreshness } from '@callscope/core/node/freshness.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { callerOfPerson, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { GRANTS, ofProjects } from '@callscope/modules/access/rights.ts';
import { createLiveFeed, type LiveFeed } from '@callscope/portal/live/feed.ts';
import type { LiveMessage } from '@callscope/portal/src/live/messages.ts';
import { applyLive, EMPTY_LIVE, type LiveState } from '@callscope/portal/src/live/state.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../halted.ts';
import { companies, events, hep, type TrueCall, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

const log = createLog('test', { level: 'error', format: 'json' });
const scopeOf = (tenant: string) => tenantScope(ownService('test'), tenant, 'calls:read') as TenantScope;

/** What a browser does with the stream: remembers the last event id, applies messages. */
class Reader {
  state: LiveState = EMPTY_LIVE;
  lastEventId: string | null = null;
  types: string[] = [];
  /** every state that each call was seen in */
  seen = new Map<string, string[]>();
  #abort = new AbortController();

  constructor(feed: LiveFeed, scope: TenantScope, before?: Reader) {
    if (before) {
      this.state = before.state;
      this.lastEventId = before.lastEventId;
    }
    void this.#read(feed.stream(scope, this.lastEventId, this.#abort.signal));
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const type = field('event');
    if (type === undefined) return;
    this.lastEventId = field('id') ?? this.lastEventId;
    this.types.push(type);
    const message = { type, ...(JSON.parse(field('data') ?? '{}') as object) } as LiveMessage;
    this.state = applyLive(this.state, message);
    if (message.type === 'freshness' || message.type === 'cases' || message.type === 'told') return;
    for (const c of message.calls) this.#saw(c.id, c.endedAt > 0 ? 'over' : c.state);
    if (message.type === 'delta') for (const e of message.ended) this.#saw(e.id, 'ended');
  }

  #saw(id: string, state: string): void {
    const states = this.seen.get(id) ?? [];
    if (states.at(-1) !== state) states.push(state);
    this.seen.set(id, states);
  }

  call(id: string): LiveCall | undefined {
    return this.state.calls.get(id);
  }
  ended(id: string): EndedCall | undefined {
    return this.state.ended.find((e) => e.id === id);
  }
  leave(): void {
    this.#abort.abort();
  }
}

/** Items of one call cut into what comes until it rings, is answered, ends, and its end. */
function phases<T>(items: readonly T[], text: (item: T) => string, marks: readonly RegExp[]): T[][] {
  const out: T[][] = marks.map(() => []);
  out.push([]);
  let phase = 0;
  for (const item of items) {
    while (phase < marks.length && marks.slice(phase).some((m) => m.test(text(item)))) phase++;
    out[phase]?.push(item);
  }
  return out;
}

function ofCall(call: TrueCall): { packets: Buffer[][]; events: string[][] } {
  const mine = (text: string) => text.includes(call.call_id);
  return {
    packets: phases(
      hep('udp').filter((p) => mine(p.toString('latin1'))),
      (p) => p.toString('latin1'),
      [/SIP\/2\.0 18\d/, /SIP\/2\.0 200[\s\S]*CSeq: \d+ INVITE/, /BYE sip:/],
    ),
    events: phases(events().filter(mine), (e) => e, [
      /"state":"ringing"|"code":18\d/,
      /"state":"answered"|"code":200/,
      /"state":"ended"|E_ACC_CDR/,
    ]),
  };
}

/** One event of a call of company t1 that happens now. */
function event(callid: string, state: 'start' | 'ringing' | 'answered' | 'ended', more: object = {}): string {
  const now = Date.now() * 1_000;
  const common = { callid, tenant: 't1', direction: 'in', src: '79161112233', dst: '74951000101', did: '74951000101', code: '', who: '' };
  const answer = state === 'answered' ? { code: 200, who: '101@alfa.pbx.test' } : state === 'ended' ? { who: 'downstream' } : {};
  const params = { ...common, state, ts: Math.floor(now / 1e6), ts_us: now % 1e6, ...answer, ...more };
  return JSON.stringify({ jsonrpc: '2.0', method: 'E_PBX_CALL', params });
}

let stack: Stack;
let bus: Bus;
let freshness: FreshnessWatch;
let feed: LiveFeed;
const send = (...list: string[]) => sendTcp(stack.ports.events, list);

beforeAll(async () => {
  stack = await startStack();
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  bus = await connectBus(stack.natsUrl(), 'test', log);
  freshness = watchFreshness(bus, 'main');
  feed = createLiveFeed(bus, log, () => freshness.now());
});
afterAll(async () => {
  feed?.close();
  freshness?.stop();
  await bus?.close();
  await stack?.end();
});

describe.each([
  { sources: 'events', n: 0 },
  { sources: 'packets', n: 1 },
  { sources: 'events and packets', n: 2 },
])('a call as $sources tell of it', ({ sources, n }) => {
  test('is calling, rings, talks and has ended, for its own company only', async () => {
    const call = truth().find((c) => c.n === n) as TrueCall;
    const id = call.call_id;
    const tenant = call.tenant as string;
    const steps = ofCall(call);
    const own = new Reader(feed, scopeOf(tenant));
    const other = new Reader(feed, scopeOf(tenant === 't1' ? 't2' : 't1'));
    await until('both streams have begun', () => own.state.synced && other.state.synced);
    const step = async (i: number) => {
      if (sources.includes('events')) await send(...(steps.events[i] ?? []));
      if (sources.includes('packets')) await sendUdp(stack.ports.hep, steps.packets[i] ?? []);
    };
    await step(0);
    await until('calling', () => own.call(id)?.state === 'calling');
    await step(1);
    await until('ringing', () => own.call(id)?.state === 'ringing');
    expect(own.call(id)?.targets.length).toBeGreaterThan(0);
    await step(2);
    await until('talking', () => own.call(id)?.state === 'talking');
    expect(own.call(id)).toMatchObject({ answeredBy: call.answered_by?.split('@')[0], from: call.from.split('@')[0], endedAt: 0 });
    await step(3);
    await until('over', () => (own.call(id)?.endedAt ?? 0) > 0 || own.ended(id) !== undefined);
    await until('ended', () => own.ended(id) !== undefined);
    expect(own.call(id)).toBeUndefined();
    expect(own.ended(id)).toMatchObject({ result: 'answered', direction: call.direction });
    // whoever reads after this message finds the row
    const { id: found } = await stack.rest<{ id: string }>('GET', `/tenants/${tenant}/calls/${encodeURIComponent(id)}`);
    expect(found).toBe(id);
    expect(own.seen.get(id)?.filter((s) => s !== 'over')).toEqual(['calling', 'ringing', 'talking', 'ended']);
    expect([...other.seen.keys()]).toEqual([]);
    own.leave();
    other.leave();
  });
});

test('who comes back has the state of who stayed, from the deltas it missed', async () => {
  const stayed = new Reader(feed, scopeOf('t1'));
  const left = new Reader(feed, scopeOf('t1'));
  await send(event('back-1', 'start'), event('back-2', 'start'));
  await until('both see the calls', () => [stayed, left].every((r) => r.call('back-1') && r.call('back-2')));
  await until('both are at the same event', () => left.lastEventId === stayed.lastEventId);
  left.leave();
  await send(event('back-1', 'answered'));
  await until('talking', () => stayed.call('back-1')?.state === 'talking');
  await send(event('back-2', 'ended', { state: 'failed', code: 486 }), event('back-3', 'start'));
  await until('the second has ended', () => stayed.ended('back-2') !== undefined && stayed.call('back-3') !== undefined);
  const back = new Reader(feed, scopeOf('t1'), left);
  await until('it has caught up', () => back.lastEventId === stayed.lastEventId);
  expect([...back.state.calls]).toEqual([...stayed.state.calls]);
  expect(back.state.ended.map((e) => e.id)).toEqual(stayed.state.ended.map((e) => e.id));
  expect(back.types).not.toContain('snapshot');
  await send(event('back-1', 'ended'), event('back-3', 'ended'));
  await until('all over', () => back.ended('back-1') !== undefined);
  stayed.leave();
  back.leave();
});

test('whose right reaches a part sees that part: by its people, or by its numbers', async () => {
  const part = (within: Partial<Within>) =>
    tenantScope(
      callerOfPerson(
        { id: '1', login: 'olga', tenant: 't1' },
        { rights: ofProjects(GRANTS.supervisor), within: { ...NOTHING, ...within } },
        '',
      ),
      't1',
      'calls:read',
    ) as TenantScope;
  const whole = new Reader(feed, scopeOf('t1'));
  const people = new Reader(feed, part({ employees: ['e102'] }));
  const line = new Reader(feed, part({ numbers: ['74951000102'] }));
  const nothing = new Reader(feed, part({}));
  await send(event('part-1', 'start'), event('part-2', 'start', { dst: '74951000102', did: '74951000102' }));
  await until('the line sees its call', () => line.call('part-2') !== undefined && whole.call('part-1') !== undefined);
  await send(event('part-1', 'answered', { who: '102@alfa.pbx.test' }), event('part-2', 'answered'));
  await until('people see theirs', () => people.call('part-1')?.state === 'talking' && line.call('part-2')?.state === 'talking');
  await until('whole sees both', () => whole.call('part-1')?.state === 'talking' && whole.call('part-2')?.state === 'talking');
  await send(event('part-1', 'ended'), event('part-2', 'ended'));
  await until('each hears the end', () => people.ended('part-1') !== undefined && line.ended('part-2') !== undefined);
  expect([people, line, nothing].map((r) => [...r.seen.keys()])).toEqual([['part-1'], ['part-2'], []]);
  expect(nothing.state.synced).toBe(true);
  expect(nothing.state.freshness).not.toBeNull();
  const now = await feed.now(part({ employees: ['e102'] }));
  expect(now).toEqual({ calls: [], phones: [] });
  for (const reader of [whole, people, line, nothing]) reader.leave();
});

test('a message that is lost on the way is noticed and healed', async () => {
  let lose = false;
  let lost = 0;
  const nc = new Proxy(bus.nc, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name === 'subscribe')
        return (subject: string, options: { callback(error: Error | null, message: unknown): void }) =>
          target.subscribe(subject, {
            callback: (error, message) => {
              if (lose && /^live/.test(subject) && message.string().includes('"kind":"change"')) {
                lost++;
                return;
              }
              options.callback(error, message);
            },
          });
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const lossy = createLiveFeed({ ...bus, nc }, log, () => freshness.now());
  const reader = new Reader(lossy, scopeOf('t1'));
  await send(event('gap-1', 'start'));
  await until('the call is there', () => reader.call('gap-1') !== undefined);
  lose = true;
  await send(event('gap-1', 'ringing'), event('gap-2', 'start'));
  await until('a message is lost', () => lost > 0);
  await send(event('gap-1', 'answered'));
  await until('another one', () => lost > 1);
  lose = false;
  await send(event('gap-3', 'start'));
  await until(
    'all is there',
    () => reader.call('gap-1')?.state === 'talking' && ['gap-2', 'gap-3'].every((id) => reader.call(id) !== undefined),
  );
  expect(reader.state.reloads).toBeGreaterThan(0);
  lossy.close();
  await send(...['gap-1', 'gap-2', 'gap-3'].map((id) => event(id, 'ended')));
});

test('kill -9 of the assembler: calls in progress are there again, those that ended meanwhile leave', async () => {
  const reader = new Reader(feed, scopeOf('t1'));
  await send(event('kill-1', 'start'), event('kill-2', 'start'));
  await send(event('kill-1', 'answered'), event('kill-2', 'answered'));
  await until('both talk', () => ['kill-1', 'kill-2'].every((id) => reader.call(id)?.state === 'talking'));
  process.kill(stack.pidOf('assembler'), 'SIGKILL');
  await send(event('kill-2', 'ended'), event('kill-3', 'start'));
  await until('the next life has spoken', () => reader.ended('kill-2') !== undefined && reader.call('kill-3') !== undefined, 30_000);
  expect(reader.call('kill-1')?.state).toBe('talking');
  expect(reader.call('kill-2')).toBeUndefined();
  const later = new Reader(feed, scopeOf('t1'));
  await until('a later reader', () => later.state.synced);
  expect([...later.state.calls.keys()]).toEqual([...reader.state.calls.keys()]);

  // ended while nobody assembled, and of a company that gets no other news: nobody sees it for ever
  process.kill(stack.pidOf('assembler'), 'SIGKILL');
  await send(event('kill-1', 'ended'), event('kill-3', 'ended'));
  await until('all have left', () => reader.state.calls.size === 0 && later.state.calls.size === 0, 30_000);
  await until('its end is told', () => reader.ended('kill-1') !== undefined);
  reader.leave();
  later.leave();
});

test('history that is loaded meanwhile: its ends are counted, its calls do not appear, the live one is left alone', async () => {
  const count = 1_500;
  const reader = new Reader(feed, scopeOf('t1'));
  await send(event('hist-live', 'start'), event('hist-live', 'answered'));
  await until('the live call talks', () => reader.call('hist-live')?.state === 'talking');
  const before = reader.state.endedCount;
  const began = Math.floor(Date.now() / 1_000) - 90 * 86_400;
  const old = Array.from({ length: count }, (_, i) => {
    const at = (seconds: number) => ({ ts: began + i * 60 + seconds, ts_us: 0 });
    return [
      event(`hist-${i}`, 'start', at(0)),
      event(`hist-${i}`, 'ringing', at(1)),
      event(`hist-${i}`, 'answered', at(4)),
      event(`hist-${i}`, 'ended', at(30)),
    ];
  });
  await send(...old.flat());
  await until(`all have ended, not ${reader.state.endedCount - before}`, () => reader.state.endedCount - before >= count, 40_000);
  expect(reader.state.endedCount - before).toBe(count);
  expect(reader.state.reloads).toBeGreaterThan(0);
  expect(reader.call('hist-live')?.state).toBe('talking');
  // only those that a look of 200 ms cut in two
  const appeared = [...reader.seen].filter(([id, states]) => id !== 'hist-live' && states[0] !== 'ended');
  expect(appeared.length).toBeLessThan(count / 20);
  expect([...reader.state.calls.keys()]).toEqual(['hist-live']);
  await send(event('hist-live', 'ended'));
  await until('it has ended', () => reader.ended('hist-live') !== undefined);
  reader.leave();
});

test('kill -9 of the bus: nobody keeps a state that is no longer true', async () => {
  const reader = new Reader(feed, scopeOf('t1'));
  await send(event('bus-1', 'start'), event('bus-2', 'start'));
  await until('both are there', () => ['bus-1', 'bus-2'].every((id) => reader.call(id) !== undefined));
  process.kill(stack.pidOf('nats'), 'SIGKILL');
  await until('ready again', async () => (await fetch(`${stack.portal}/healthz`)).status === 200, 60_000);
  await send(event('bus-1', 'answered'), event('bus-2', 'ended'), event('bus-3', 'start'));
  await until(
    'the state is right',
    () => reader.call('bus-1')?.state === 'talking' && !reader.call('bus-2') && !!reader.call('bus-3'),
    40_000,
  );
  await send(event('bus-1', 'ended'), event('bus-3', 'ended'));
  await until('all have left', () => reader.state.calls.size === 0, 40_000);
  reader.leave();
});

test('freshness: fresh while idle, names the assembler when it stands still, fresh again after', async () => {
  const said: Freshness[] = [];
  const reader = new Reader(feed, scopeOf('t1'));
  await until('fresh', () => reader.state.freshness?.part === null, 30_000);
  const pid = stack.pidOf('assembler');
  await halt(pid);
  try {
    await until('the assembler is named', () => {
      if (reader.state.freshness) said.push(reader.state.freshness);
      return said.at(-1)?.part === 'assembler' && (said.at(-1)?.seconds ?? 0) > 2.5;
    });
    expect(said.at(-1)).toMatchObject({ why: 'silent' });
    expect(said.at(-1)?.lastEventAt).toBeGreaterThan(0);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('fresh again', () => reader.state.freshness?.part === null, 30_000);
  reader.leave();
});
