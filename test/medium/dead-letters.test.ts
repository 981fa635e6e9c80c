import { spawnSync } from 'node:child_process';
import { encodeFacts, type Fact } from '@callscope/core/bus/facts.ts';
import { encodeFrame } from '@callscope/core/bus/frames.ts';
import { subjects } from '@callscope/core/bus/streams.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus } from '@callscope/core/node/nats.ts';
import { encodeHep3, HEP_SIP } from '@callscope/ingest/decode/hep3.ts';
import { deadLetters, publishDeadLetter } from '@callscope/ingest/write/dlq.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import { RawWriter } from '@callscope/ingest/write/raw-writer.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { type Stack, sendUdp, startStack, until } from './stack.ts';

interface Fates {
  received: number;
  stored: number;
  duplicate: number;
  deadLettered: number;
}
interface Stage extends Fates {
  stage: string;
  inFlight: number;
}

const log = createLog('test', { level: 'error' });
let stack: Stack;
let bus: Bus;
let store: ClickHouseClient;
beforeAll(async () => {
  stack = await startStack();
  bus = await connectBus(stack.natsUrl(), 'test', log);
  store = storeOf(stack);
});
afterAll(async () => {
  await store?.close();
  await bus?.close();
  await stack?.end();
});

let before: Stage;
beforeEach(async () => {
  before = await decodeStage();
});

async function decodeStage(): Promise<Stage> {
  const ledger = await stack.rest<{ closed: boolean; stages: Stage[] }>('GET', '/ops/ledger');
  expect(ledger.closed, JSON.stringify(ledger.stages)).toBe(true);
  return ledger.stages.find((s) => s.stage === 'decode') as Stage;
}

/** Waits until the decode stage has grown by this much since the test began, and nothing is in flight. */
async function grown(by: Fates): Promise<void> {
  let growth = '';
  const wanted = JSON.stringify(by);
  await until('the ledger', async () => {
    const now = await decodeStage();
    const names = Object.keys(by) as (keyof Fates)[];
    growth = JSON.stringify(Object.fromEntries(names.map((name) => [name, now[name] - before[name]])));
    return now.inFlight === 0 && growth === wanted;
  }).catch(() => undefined);
  expect(growth).toBe(wanted);
}

async function letters(): Promise<string[]> {
  const steps: string[] = [];
  for await (const letter of deadLetters(bus)) steps.push(letter.step);
  return steps;
}

/** What an operator types. */
function replay(...args: string[]): void {
  const env = { ...process.env, NATS_URL: stack.natsUrl() };
  const done = spawnSync(process.execPath, ['ingest/main-dlq.ts', 'replay', ...args], { env, encoding: 'utf8', timeout: 30_000 });
  expect(done.status, done.stderr).toBe(0);
}

async function rowsOf(callId: string, table = 'messages'): Promise<number> {
  const query = `SELECT count() AS n FROM ${table} WHERE call_id = {callId: String}`;
  const answer = await store.query({ query, query_params: { callId }, format: 'JSONEachRow' });
  return Number((await answer.json<{ n: string }>())[0]?.n);
}

const options = (callId: string, body = '') =>
  encodeHep3({
    ...{ srcIp: '10.0.0.1', srcPort: 5060, dstIp: '10.0.0.2', dstPort: 5060, type: HEP_SIP, at: Date.now() * 1_000 },
    payload: Buffer.from(
      `OPTIONS sip:x SIP/2.0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n\r\n${body}`,
    ),
  });

test('write: only the row that the store refuses is dead; sent again it comes back while it is bad and is stored once it is not', async () => {
  await store.command({ query: "ALTER TABLE messages ADD CONSTRAINT no_poison CHECK position(payload, 'poison') = 0" });
  const packets = Array.from({ length: 300 }, (_, i) => options(`write-${i}`, i === 120 || i === 250 ? 'poison' : ''));
  await sendUdp(stack.ports.hep, packets);
  await grown({ received: 300, stored: 298, duplicate: 0, deadLettered: 2 });
  expect(await letters()).toEqual(['write', 'write']);

  replay('--step', 'write');
  await until('both are back', async () => (await letters()).length === 2);
  await grown({ received: 300, stored: 298, duplicate: 0, deadLettered: 2 });

  await store.command({ query: 'ALTER TABLE messages DROP CONSTRAINT no_poison' });
  replay();
  await grown({ received: 300, stored: 300, duplicate: 0, deadLettered: 0 });
  expect(await letters()).toEqual([]);
  expect([await rowsOf('write-119'), await rowsOf('write-120'), await rowsOf('write-250')]).toEqual([1, 1, 1]);
});

test('hep-packet, call-event: a packet on which a step failed is stored when it is sent again, and is counted once', async () => {
  const writer = new RawWriter({ bus, store, log, stopping: new AbortController().signal });
  const event = Buffer.from('{"jsonrpc":"2.0","method":"E_CALL_HOLD","params":{"callid":"step-event","ts":1795445573,"ts_us":1}}');
  const sources = [
    { channel: 'hep-udp', step: 'hep-packet', subject: subjects.rawHep('failing'), packets: [options('step-0'), options('step-1')] },
    { channel: 'event-tcp', step: 'call-event', subject: subjects.rawEvents('failing'), packets: [event] },
  ] as const;
  // what a decoder leaves behind when its steps fail on every packet of these frames
  let seq = 900_000_000;
  for (const { channel, step, subject, packets } of sources) {
    const header = { edge: 'failing', channel, boot: 7, firstN: 1, receivedAt: Date.now(), count: packets.length, drops: {} };
    const origin = { streamSeq: ++seq, idx: 0 };
    const fates = { stored: 0, duplicate: 0, dead: packets.length, dropped: {}, facts: 0 };
    const frame = { seq, subject, bytes: encodeFrame(header, packets), header, origin, isReplay: false, fates };
    for (let i = 0; i < packets.length; i++) await writer.bury(frame, i, step, 'a bug');
    await writer.write(new RawBlock(), [frame]);
  }
  await grown({ received: 3, stored: 0, duplicate: 0, deadLettered: 3 });
  expect((await letters()).sort()).toEqual(['call-event', 'hep-packet', 'hep-packet']);
  replay();
  await grown({ received: 3, stored: 3, duplicate: 0, deadLettered: 0 });
  expect([await rowsOf('step-0'), await rowsOf('step-1'), await rowsOf('step-event', 'events')]).toEqual([1, 1, 1]);
  expect(await letters()).toEqual([]);
});

test('frame, facts: what cannot be read comes back when it is sent again', async () => {
  await bus.js.publish(subjects.rawHep('junk'), Buffer.from('no frame'));
  await bus.js.publish(subjects.facts('main'), Buffer.from('no facts'));
  await until('both are dead', async () => (await letters()).length === 2);
  replay();
  await until('both are back', async () => (await letters()).sort().join() === 'facts,frame');
  for await (const letter of deadLetters(bus)) await bus.jsm.streams.deleteMessage('DLQ', letter.seq);
});

test('fold: the facts of a conversation make its call when they are sent again', async () => {
  const at = (Date.now() - 20_000) * 1_000;
  const sip = (method: string, code: number, us: number, more: object = {}): Fact => ({
    ...{ kind: 'sip', callId: 'folded', cseq: 1, src: '10.0.0.1:5060', dst: '10.0.0.2:5060', at: at + us, method, code },
    ...{ fromUser: '79160000001', fromHost: 'out.example', fromTag: 'a', toTag: code ? 'b' : '', uriUser: code ? '' : '74951000101' },
    ...{
      uriHost: code ? '' : 'in.example',
      branch: 'z9hG4bK1',
      referTo: '',
      referredBy: '',
      replaces: '',
      divertedBy: '',
      correlation: '',
      hash: us,
      ...more,
    },
  });
  const facts = [sip('INVITE', 0, 0), sip('INVITE', 486, 1_000_000)];
  const bytes = encodeFacts({ decoder: 'dlq', boot: 0, firstN: 0, facts });
  await publishDeadLetter(bus, { step: 'fold', reason: 'a bug', subject: subjects.facts('main'), bytes });
  replay('--step', 'fold');
  await until('the call', async () => {
    const page = await stack.rest<{ data: { id: string; result: string }[] }>('GET', '/ops/calls?tenant=unassigned');
    return page.data.some((c) => c.id === 'folded' && c.result === 'busy');
  });
  expect(await letters()).toEqual([]);
});

test('a letter without a way back stays', async () => {
  await publishDeadLetter(bus, { step: 'write-calls', reason: 'refused', subject: '', bytes: Buffer.from('{}') });
  replay();
  expect(await letters()).toEqual(['write-calls']);
});
