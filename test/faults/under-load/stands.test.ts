import { createLog } from '@callscope/core/node/log.ts';
import { connectBus } from '@callscope/core/node/nats.ts';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halt } from '../../halted.ts';
import { type Stack, startStack, until } from '../../medium/stack.ts';
import { putCompanies } from '../reliable-edge.ts';
import { allThere, backAfter, type LoadOptions, underLoad } from './load.ts';

let stack: Stack;
let store: ClickHouseClient;
/** of all tests so far */
const sent: string[] = [];
beforeAll(async () => {
  stack = await startStack();
  store = createClient({ url: stack.storeUrl() });
  await putCompanies(stack);
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const sleep = (seconds: number) => new Promise<void>((done) => setTimeout(done, seconds * 1_000));

/** Calls come in while something does not do its work; afterwards everything that was sent is there. */
async function holds(name: string, fault: () => Promise<void>, options: LoadOptions = {}): Promise<void> {
  const calls = await underLoad(
    () => stack,
    options,
    async () => {
      await fault();
      const back = await backAfter(stack, Date.now());
      console.log(`${name}: calls at REST again ${back.toFixed(1)} s after it`);
    },
  );
  sent.push(...calls);
  await allThere(stack, sent);
}

describe('stands still for thirty seconds (SIGSTOP) under load, ledger closed and calls as sent', () => {
  test.each(['edge', 'decoder', 'assembler', 'portal', 'jobs', 'clickhouse', 'postgres', 'nats'])('%s', (part) =>
    holds(`${part} stands still`, async () => {
      const pid = stack.pidOf(part);
      await halt(pid);
      await sleep(30);
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // what watches over it has ended it and started another
      }
    }),
  );
});

test('the store refuses every insert for a minute', () =>
  holds('the store refuses', async () => {
    const tables = await store.query({
      query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
      format: 'JSONEachRow',
    });
    const names = (await tables.json<{ name: string }>()).map(({ name }) => name);
    const refusals = async () => {
      const answer = await store.query({
        query: `SELECT sum(value) AS n FROM system.errors WHERE name = 'TOO_MANY_PARTS'`,
        format: 'JSONEachRow',
      });
      return Number((await answer.json<{ n: string }>())[0]?.n);
    };
    const before = await refusals();
    // as when merges do not keep up: any insert is one part too many
    for (const name of names) await store.command({ query: `ALTER TABLE ${name} MODIFY SETTING parts_to_throw_insert = 1` });
    try {
      await sleep(60);
      expect(await refusals()).toBeGreaterThan(before);
    } finally {
      for (const name of names) await store.command({ query: `ALTER TABLE ${name} RESET SETTING parts_to_throw_insert` });
    }
  }));

test.each(['RAW', 'FACTS'])('%s is at its limit for twenty seconds', (name) =>
  holds(`${name} is full`, async () => {
    const bus = await connectBus(stack.natsUrl(), 'test', createLog('test', { write: () => undefined }));
    const { config } = await bus.jsm.streams.info(name);
    const [part, reader] = name === 'RAW' ? ['edge', 'decoder'] : ['decoder', 'assembler'];
    const pid = stack.pidOf(reader);
    await halt(pid);
    try {
      await bus.jsm.streams.update(name, { ...config, max_bytes: 200_000 });
      await until(`${part} says so`, async () => {
        const { parts } = (await (await fetch(`${stack.portal}/healthz`)).json()) as { parts: { name: string; detail: string }[] };
        return parts.some((p) => p.name === part && p.detail.includes(`${name} stream is full`));
      });
      await sleep(20);
    } finally {
      await bus.jsm.streams.update(name, config);
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // what watches over it has ended it and started another
      }
      await bus.close();
    }
  }),
);

test('two hundred sources that connect again all at once, three times over', () =>
  holds('sources connect again', () => sleep(20), { sources: 200, tcp: 100, reconnectSeconds: 6 }));
