import { spawn } from 'node:child_process';
import type { Fact } from '@callscope/core/bus/facts.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { insertBlock } from '@callscope/ingest/write/block-writer.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Stack, startStack } from '../medium/stack.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { storeOf } from './store.ts';
import { callEvents, EVENTS_PER_CALL, ID_LENGTH, packetTemplates, stampPacket } from './templates.ts';

const CALLS = 200_000;
const COMPANIES = 500;
const BATCH = 2_000;
/** 2026-11-23 12:00 UTC, in seconds; the calls begin over two hours */
const NOON = 1_795_435_200;
const SPREAD = 7_200;

/** Raw rows of many calls of many companies, all their calls rebuilt from them and compared with those that are there. */
export async function replay(): Promise<BenchResult[]> {
  const stack = await startStack({ env: { SETTLED_KEEP_SECONDS: '10' } });
  const client = storeOf(stack);
  try {
    const packets = await fill(client);
    await run(stack, '--apply');
    const measured = await run(stack);
    if (!measured.said.includes(`as they are: ${CALLS} `)) throw new Error(`the replay does not say the same: ${measured.said}`);
    const name = `replay of ${CALLS.toLocaleString('en')} calls of ${COMPANIES} companies`;
    return [
      { name, figure: 'packets and events read', value: packets, unit: '' },
      { name, figure: 'rebuilt and compared', value: measured.seconds, unit: 's', target: '< 30', met: measured.seconds < 30 },
      { name, figure: 'memory of the replay, peak', value: measured.peakMb, unit: 'MB', target: '< 1,000', met: measured.peakMb < 1_000 },
      { name, figure: 'memory of the store, peak', value: measured.storeMb, unit: 'MB' },
    ];
  } finally {
    await client.close();
    await stack.end();
  }
}

async function fill(client: ClickHouseClient): Promise<number> {
  const templates = packetTemplates();
  const log = createLog('bench', { level: 'error' });
  const stopping = new AbortController().signal;
  const block = new RawBlock();
  for (let from = 0; from < CALLS; from += BATCH) {
    block.clear();
    const hep: Buffer[] = [];
    const events: Buffer[] = [];
    for (let i = from; i < from + BATCH; i++) {
      // Call-IDs in no order, as phones make them
      const id = BigInt.asUintN(64, BigInt(i) * 0x9e3779b97f4a7c15n)
        .toString(16)
        .padStart(ID_LENGTH, '0');
      const second = NOON + (i % SPREAD);
      for (const [n, t] of templates.entries()) hep.push(stampPacket(t, id, (second + Math.floor(n / 4)) * 1e6 + n * 1_000));
      for (const text of callEvents(id, second).split(/(?<=\}\})(?=\{)/))
        events.push(Buffer.from(text.replace(/"tenant":"t\d"/, `"tenant":"t${i % COMPANIES}"`)));
    }
    for (const [channel, list] of [
      ['hep-udp', hep],
      ['event-tcp', events],
    ] as const)
      for (let at = 0; at < list.length; at += 5_000) {
        const part = list.slice(at, at + 5_000);
        const header = { edge: 'e', channel, boot: 1, firstN: 1, receivedAt: (NOON + SPREAD) * 1_000, count: part.length, drops: {} };
        decodeFramePackets({ ...header, packets: part }, from + at + 1, new DecoderMemory(), { block, facts: [] as Fact[] });
      }
    for (const { table, sink } of block.tables) await insertBlock(client, table, sink.view(), sink.rows, { stopping, log });
  }
  return CALLS * (templates.length + EVENTS_PER_CALL);
}

async function run(stack: Stack, ...more: string[]): Promise<{ said: string; seconds: number; peakMb: number; storeMb: number }> {
  const day = new Date(NOON * 1_000).toISOString().slice(0, 10);
  const child = spawn(
    process.execPath,
    [new URL('../../ingest/main-replay.ts', import.meta.url).pathname, '--from', `${day}T00:00:00Z`, '--to', `${day}T23:00:00Z`, ...more],
    {
      env: { ...process.env, NATS_URL: stack.natsUrl(), CLICKHOUSE_URL: stack.storeUrl(), SETTLED_KEEP_SECONDS: '10' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  let wrong = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    wrong += part.toString();
  });
  let peakMb = 0;
  let storeMb = 0;
  const started = performance.now();
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, ...usageOfTree(child.pid ?? 0).map((u) => u.rssMb));
    storeMb = Math.max(
      storeMb,
      ...usageOfTree(stack.pid)
        .filter((u) => u.name.includes('clickhouse'))
        .map((u) => u.rssMb),
    );
  }, 200);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the replay ended with ${code}: ${wrong.slice(-1_000)}`);
  return { said, seconds: (performance.now() - started) / 1_000, peakMb: Math.round(peakMb), storeMb: Math.round(storeMb) };
}
