import { connect } from 'node:net';
import { encodeHep3, HEP_SIP } from '@callscope/ingest/decode/hep3.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterEach, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { halt } from '../halted.ts';
import { type Stack, startStack, until } from '../medium/stack.ts';

interface Stage {
  stage: string;
  received: number;
  stored: number;
  duplicate: number;
  dropped: Record<string, number>;
  inFlight: number;
}

let stack: Stack;
afterEach(() => stack.end());

async function decoded(received: number): Promise<Stage> {
  let stage: Stage | undefined;
  await until(
    `${received} packets decoded`,
    async () => {
      const ledger = await stack.rest<{ closed: boolean; stages: Stage[] }>('GET', '/ops/ledger');
      stage = ledger.stages.find((s) => s.stage === 'decode');
      return ledger.closed && stage?.received === received && stage.inFlight === 0;
    },
    120_000,
  );
  return stage as Stage;
}

const options = (i: number, at: number) =>
  encodeHep3({
    ...{ srcIp: '10.0.0.1', srcPort: 5060, dstIp: '10.0.0.2', dstPort: 5060, type: HEP_SIP, at },
    payload: Buffer.from(`OPTIONS sip:x SIP/2.0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: o-${i}\r\nCSeq: 1 OPTIONS\r\n\r\n`),
  });

/** Over TCP, each packet `times` times. */
async function send(from: number, to: number, times = 1): Promise<void> {
  const socket = connect(stack.ports.hep, '127.0.0.1');
  await new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed));
  for (let i = from; i < to; i += 250) {
    const at = Date.now() * 1_000;
    const packets = Array.from({ length: Math.min(250, to - i) }, (_, k) => options(i + k, at));
    for (let n = 0; n < times; n++) if (!socket.write(Buffer.concat(packets))) await new Promise((done) => socket.once('drain', done));
  }
  await new Promise<void>((done) => socket.end(done));
}

async function countIn(store: ClickHouseClient, what: string): Promise<number> {
  const answer = await store.query({ query: `SELECT ${what} AS n FROM messages`, format: 'JSONEachRow' });
  return Number((await answer.json<{ n: string }>())[0]?.n);
}

test('a store that stands still for longer than the bus waits for an acknowledgement: every packet keeps its fate', async () => {
  stack = await startStack();
  const store = stack.pidOf('clickhouse');
  const count = 180_000;
  await halt(store);
  try {
    await send(0, count);
    // longer than two waits for an acknowledgement (ACK_WAIT_MS)
    await new Promise((done) => setTimeout(done, 12_000));
  } finally {
    process.kill(store, 'SIGCONT');
  }
  expect(await decoded(count)).toMatchObject({ stored: count, duplicate: 0, dropped: {} });
});

test('two decoders that are killed in turn: every packet is stored, its copies are counted but for those of the last seconds before a death', async () => {
  stack = await startStack({ env: { DECODERS: '2' } });
  const count = 30_000;
  let sent = 0;
  const sending = (async () => {
    for (; sent < count; sent += 1_000) {
      await send(sent, sent + 1_000, 2);
      await new Promise((done) => setTimeout(done, 200));
    }
  })();
  for (const part of ['decoder-1', 'decoder-2', 'decoder-1']) {
    await new Promise((done) => setTimeout(done, 1_500));
    process.kill(stack.pidOf(part), 'SIGKILL');
  }
  await sending;
  const { stored, duplicate, dropped } = await decoded(2 * count);
  expect(dropped).toEqual({});
  expect(stored + duplicate).toBe(2 * count);
  const store = storeOf(stack);
  expect(await countIn(store, 'uniqExact(call_id)')).toBe(count);
  // what the ledger calls stored is in the store (written twice, a row has the same name); a block whose writer died half-way
  // may have left rows of packets that were then found to be copies
  expect(await countIn(store, 'uniqExact(stream_seq, idx)')).toBeGreaterThanOrEqual(stored);
  await store.close();
});
