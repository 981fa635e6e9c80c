import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type blocks, given } from '@callscope/core/node/config.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { z } from 'zod';
import { watchBus } from './bus-watch.ts';
import { holderOf } from './data-dir.ts';
import { natsServer } from './nats.ts';
import { portFor } from './ports.ts';
import { postgresServer } from './postgres.ts';
import { secret } from './secrets.ts';
import { Stopping, type Supervisor } from './supervise.ts';

const SERVER_LIMIT_MS = 60_000;
/** a part that dies this often before everything is ready will not live: the start has failed */
const DEATHS_AT_START = 5;
/** The store's merges can wait for what receives. */
export const LATER = { nice: 5 } as const;

/** The addresses of the three servers with their passwords. */
export interface ServerUrls {
  NATS_URL: string;
  CLICKHOUSE_URL: string;
  DATABASE_URL: string;
}

/** With the passwords in it. */
const fileOf = (dataDir: string) => join(dataDir, 'secrets', 'servers.json');

/** Addresses of the servers of the start that runs in this DATA_DIR; null when none does. */
export function runningServers(dataDir: string): ServerUrls | null {
  if (holderOf(join(dataDir, 'run')) === null) return null;
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as ServerUrls;
  } catch {
    return null;
  }
}

/**
 * Starts each server that no URL names, and waits until all of them answer. DATA_DIR is claimed already.
 * @param stores what the environment says, for those that are given @param servers gets the name of each that is started @returns where each is
 */
export async function startServers(
  config: z.output<typeof blocks.data> & z.output<typeof blocks.launch>,
  log: Log,
  supervisor: Supervisor,
  { servers, reserved, metricsPort, stores }: { servers: { name: string }[]; reserved: number[]; metricsPort: string; stores: ServerUrls },
): Promise<ServerUrls> {
  const dataDir = config.DATA_DIR;
  const urls: ServerUrls = { NATS_URL: stores.NATS_URL, CLICKHOUSE_URL: stores.CLICKHOUSE_URL, DATABASE_URL: stores.DATABASE_URL };
  const checks: (() => Promise<void>)[] = [];
  if (!given('DATABASE_URL')) {
    const port = await portFor('POSTGRES_PORT', config.POSTGRES_PORT, reserved);
    log.info('starting PostgreSQL', { port });
    const { spec, url, create } = postgresServer(dataDir, port);
    supervisor.start(spec);
    servers.push(spec);
    urls.DATABASE_URL = url;
    checks.push(() => until('PostgreSQL', spec.name, supervisor, create));
  }
  if (!given('NATS_URL')) {
    const port = await portFor('NATS_PORT', config.NATS_PORT, reserved);
    log.info('starting the bus', { port });
    const { spec, url } = natsServer(dataDir, port);
    supervisor.start(spec);
    servers.push(spec);
    urls.NATS_URL = url;
    checks.push(() => until('the bus', spec.name, supervisor, () => canConnect(port)));
    watchBus(url, spec.name, dataDir, supervisor, log).catch((error) => log.error('nobody looks after the bus', { error }));
  }
  if (!given('CLICKHOUSE_URL')) {
    const port = await portFor('CLICKHOUSE_PORT', config.CLICKHOUSE_PORT, reserved);
    const password = secret(dataDir, 'clickhouse');
    log.info('starting the store', { port });
    supervisor.start({
      name: 'clickhouse',
      ...LATER,
      command: process.execPath,
      args: [fileURLToPath(new URL('clickhouse/main.ts', import.meta.url))],
      env: {
        DATA_DIR: dataDir,
        CLICKHOUSE_PORT: String(port),
        CLICKHOUSE_PASSWORD: password,
        LOG_FORMAT: 'json',
        METRICS_PORT: metricsPort,
        UV_THREADPOOL_SIZE: '12',
      },
    });
    servers.push({ name: 'clickhouse' });
    urls.CLICKHOUSE_URL = `http://callscope:${password}@127.0.0.1:${port}/callscope`;
    checks.push(() => until('the store', 'clickhouse', supervisor, () => canConnect(port)));
  }
  await Promise.all(checks.map((check) => check()));
  writeFileSync(fileOf(dataDir), JSON.stringify(urls), { mode: 0o600 });
  return urls;
}

/** After they were stopped: nobody is to ask for them any more. */
export function forgetServers(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** @throws when the start is being stopped, or a part dies again and again */
export function requireHope(supervisor: Supervisor): void {
  if (supervisor.isStopping) throw new Stopping('the start was cut short');
  const failing = supervisor.failing(DEATHS_AT_START);
  if (failing) throw new Error(`${failing.name} cannot start: ${failing.said || 'it said nothing'}`);
}

async function until(what: string, name: string, supervisor: Supervisor, check: () => Promise<void>): Promise<void> {
  const limit = performance.now() + SERVER_LIMIT_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (cause) {
      if (performance.now() > limit)
        throw new Error(`${what} did not start in ${SERVER_LIMIT_MS / 1000} s; it last said: ${supervisor.lastWords(name) || 'nothing'}`, {
          cause,
        });
      requireHope(supervisor);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

function canConnect(port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done();
    });
    socket.once('error', failed);
  });
}
