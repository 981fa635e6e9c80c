import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { events, hep } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Ledger {
  closed: boolean;
  stages: { stage: string; received: number; stored: number; duplicate: number; inFlight: number }[];
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DECODERS: '2' } });
});
afterAll(() => stack.end());

/** The decode stage once everything sent so far is in it. */
async function decoded(received: number): Promise<Ledger['stages'][number]> {
  let ledger: Ledger | undefined;
  const stage = () => ledger?.stages.find((s) => s.stage === 'decode') as Ledger['stages'][number];
  await until(`${received} packets decoded`, async () => {
    ledger = await stack.rest<Ledger>('GET', '/ops/ledger');
    return stage().received === received && stage().inFlight === 0;
  });
  expect(ledger?.closed).toBe(true);
  return stage();
}

test('with two decoders the copies of the two transports are stored once and counted as duplicate', async () => {
  const packets = hep('udp');
  await Promise.all([sendUdp(stack.ports.hep, packets), sendTcp(stack.ports.hep, hep('tcp'))]);
  expect(await decoded(2 * packets.length)).toMatchObject({ stored: packets.length, duplicate: packets.length });

  const texts = events();
  await Promise.all([sendUdp(stack.ports.events, texts), sendTcp(stack.ports.events, texts)]);
  const unique = packets.length + new Set(texts).size;
  const all = await decoded(2 * (packets.length + texts.length));
  expect(all).toMatchObject({ stored: unique, duplicate: 2 * (packets.length + texts.length) - unique });

  const store = storeOf(stack);
  const count = async (table: string) =>
    Number((await (await store.query({ query: `SELECT count() AS n FROM ${table}`, format: 'JSONEachRow' })).json<{ n: string }>())[0]?.n);
  expect((await count('messages')) + (await count('rtcp')) + (await count('events'))).toBe(unique);
  await store.close();
});
