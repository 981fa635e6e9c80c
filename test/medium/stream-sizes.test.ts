import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STREAMS } from '@callscope/core/bus/streams.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { type Bus, connectBus, ensureStreams } from '@callscope/core/node/nats.ts';
import { expect, test } from 'vitest';
import { freePort } from './stack.ts';

const quiet = createLog('test', { write: () => undefined });

/** A bus that may reserve so many bytes, and four processes that begin on it at the same moment. */
async function withBus(maxFileStore: number, work: (buses: Bus[]) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'callscope-'));
  const port = await freePort();
  const config = join(dir, 'nats.conf');
  writeFileSync(config, `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: "${dir}", max_file_store: ${maxFileStore} }\n`);
  const server = spawn('nats-server', ['-c', config], { stdio: 'ignore' });
  const ended = new Promise((done) => server.once('exit', done));
  try {
    const buses = await Promise.all(Array.from({ length: 4 }, (_, i) => connectBus(`nats://127.0.0.1:${port}`, `test-${i}`, quiet)));
    await work(buses);
    await Promise.all(buses.map((bus) => bus.close()));
  } finally {
    server.kill();
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

test.each([
  [260, 64],
  [1_100, 16],
  [20_000, 1],
])('on a bus with %i MB every stream is there, as large as the others let it be', async (megabytes, divisor) => {
  await withBus(megabytes * 1e6, async ([first, ...others]) => {
    await Promise.all([first, ...others].map((bus) => ensureStreams(bus as Bus)));
    const sizes = () => Promise.all(STREAMS.map(async ({ name }) => (await (first as Bus).jsm.streams.info(name)).config.max_bytes));
    const before = await sizes();
    // growing ends where the room ends: the first streams may be one step ahead
    for (const [i, { maxBytes }] of STREAMS.entries()) expect([maxBytes / divisor, (2 * maxBytes) / divisor]).toContain(before[i]);
    await ensureStreams(first as Bus);
    expect(await sizes()).toEqual(before);
  });
});

test('a bus with no room for the smallest streams is told apart, with what it needs', async () => {
  await withBus(200e6, async ([bus]) => {
    await expect(ensureStreams(bus as Bus)).rejects.toThrow(/no room for its streams: give it at least 257 MB .*max_file_store/);
  });
});
