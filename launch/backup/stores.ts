import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { blocks, given, readConfig } from '@callscope/core/node/config.ts';
import type { Log } from '@callscope/core/node/log.ts';
import { claim } from '../data-dir.ts';
import { waitForGiven } from '../given-servers.ts';
import { ensurePackages, NATS_SERVER } from '../install.ts';
import { forgetServers, runningServers, type ServerUrls, startServers } from '../servers.ts';
import { Supervisor } from '../supervise.ts';

const STOP_LIMIT_MS = 20_000;

export const isEmbedded = () => !(['NATS_URL', 'CLICKHOUSE_URL', 'DATABASE_URL'] as const).every(given);

/**
 * The three stores for as long as a backup or restore needs them: those that the environment names, those of the start that
 * runs in DATA_DIR, or the embedded ones, started for this and stopped again.
 */
export async function withStores<T>(log: Log, work: (urls: ServerUrls) => Promise<T>): Promise<T> {
  const config = readConfig(blocks.data, blocks.launch);
  const stores = readConfig(blocks.database, blocks.nats, blocks.clickhouse);
  await waitForGiven(stores, config.SERVER_WAIT_SECONDS, log, () => false);
  if (!isEmbedded()) return work(stores);
  const running = runningServers(config.DATA_DIR);
  if (running) return work(running);
  const runDir = join(config.DATA_DIR, 'run');
  mkdirSync(runDir, { recursive: true });
  const release = claim(runDir, config.DATA_DIR);
  const supervisor = new Supervisor(runDir, log);
  const servers: { name: string }[] = [];
  try {
    if (!given('NATS_URL')) ensurePackages([NATS_SERVER], config.NO_INSTALL, log);
    return await work(await startServers(config, log, supervisor, { servers, reserved: [], metricsPort: '0', stores }));
  } finally {
    supervisor.beginStop();
    await Promise.all(servers.map(({ name }) => supervisor.stop(name, STOP_LIMIT_MS)));
    forgetServers(config.DATA_DIR);
    release();
  }
}
