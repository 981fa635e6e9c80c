import { accessSync, constants, mkdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type blocks, given, readConfig, blocks as settings } from '@callscope/core/node/config.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { z } from 'zod';
import { ensurePackages, NATS_SERVER } from './install.ts';
import { migrate } from './migrate.ts';
import { natsServer } from './nats.ts';
import { buildPages } from './pages.ts';
import { portFor, requireFree } from './ports.ts';
import { postgresServer } from './postgres.ts';
import { secret } from './secrets.ts';
import { Supervisor, startTimeOf, stopLeftovers } from './supervise.ts';

export class DataDirError extends Error {}

type Config = z.output<typeof blocks.common> &
  z.output<typeof blocks.data> &
  z.output<typeof blocks.launch> &
  z.output<typeof blocks.portal> &
  z.output<typeof blocks.edge>;

const SERVER_LIMIT_MS = 60_000;
/**
 * When the machine is full the receiver goes first: a packet that it does not take in time is lost, all else can wait.
 */
const FIRST = -10;
const LATER = 5;
/** A larger nursery: packets and facts die young, and the more room they have the fewer of them are copied first. */
const V8 = ['--max-semi-space-size=32'];
const LEAST_FREE_BYTES = 200_000_000;
const root = fileURLToPath(new URL('..', import.meta.url));

export interface System {
  /** resolves when /healthz says that every part is ready */
  ready: Promise<void>;
  stop(signal: string): Promise<void>;
}

/** Everything on this machine: servers that no URL names, migrations, services, in this order; stopped the other way round. */
export async function launch(config: Config, log: Log): Promise<System> {
  const began = performance.now();
  const dataDir = config.DATA_DIR;
  checkDataDir(dataDir);
  const runDir = join(dataDir, 'run');
  claim(runDir, dataDir);
  await requireFree('PORTAL_PORT', config.PORTAL_PORT, config.PORTAL_HOST);
  stopLeftovers(runDir, log);
  await requireFree('HEP_PORT', config.HEP_PORT, config.EDGE_HOST);
  await requireFree('EVENTS_PORT', config.EVENTS_PORT, config.EDGE_HOST);
  if (!given('NATS_URL')) ensurePackages([NATS_SERVER], config.NO_INSTALL, log);

  const supervisor = new Supervisor(runDir, log);
  const pages = buildPages(log);
  // it is waited for below; its failure must not be an unhandled one meanwhile
  pages.catch(() => undefined);
  const servers: { name: string; limitMs: number }[] = [];
  const urls: Record<string, string> = {};
  const ours: Promise<void>[] = [];

  if (!given('DATABASE_URL')) {
    const port = await portFor('POSTGRES_PORT', config.POSTGRES_PORT);
    log.info('starting PostgreSQL', { port });
    const { spec, url, create } = postgresServer(dataDir, port);
    supervisor.start(spec);
    servers.push({ name: spec.name, limitMs: 5_000 });
    urls.DATABASE_URL = url;
    ours.push(until('PostgreSQL', spec.name, supervisor, create));
  }
  if (!given('NATS_URL')) {
    const port = await portFor('NATS_PORT', config.NATS_PORT);
    log.info('starting the bus', { port });
    const { spec, url } = natsServer(dataDir, port);
    supervisor.start(spec);
    servers.push({ name: spec.name, limitMs: 5_000 });
    urls.NATS_URL = url;
    ours.push(until('the bus', spec.name, supervisor, () => canConnect(port)));
  }
  if (!given('CLICKHOUSE_URL')) {
    const port = await portFor('CLICKHOUSE_PORT', config.CLICKHOUSE_PORT);
    const password = secret(dataDir, 'clickhouse');
    log.info('starting the store', { port });
    supervisor.start({
      name: 'clickhouse',
      nice: LATER,
      command: process.execPath,
      args: [join(root, 'launch/clickhouse/main.ts')],
      env: {
        DATA_DIR: dataDir,
        CLICKHOUSE_PORT: String(port),
        CLICKHOUSE_PASSWORD: password,
        LOG_FORMAT: 'json',
        METRICS_PORT: '0',
        UV_THREADPOOL_SIZE: '12',
      },
    });
    servers.push({ name: 'clickhouse', limitMs: 8_000 });
    urls.CLICKHOUSE_URL = `http://callscope:${password}@127.0.0.1:${port}/callscope`;
    ours.push(until('the store', 'clickhouse', supervisor, () => canConnect(port)));
  }
  await Promise.all(ours);
  const stores = { ...readConfig(settings.database, settings.clickhouse), ...urls };
  await migrate(stores.DATABASE_URL, stores.CLICKHOUSE_URL, log);
  await pages;

  const services = [
    ...numbered('decoder', 'ingest/main-decoder.ts', config.DECODERS, LATER),
    ...numbered('assembler', 'ingest/main-assembler.ts', config.ASSEMBLERS),
    ...numbered('edge', 'ingest/main-edge.ts', 1, FIRST),
    ...numbered('portal', 'portal/main.ts', 1),
  ];
  for (const { name, script, instance, nice } of services) {
    log.info(`starting ${name}`);
    supervisor.start({
      name,
      command: process.execPath,
      args: [...V8, join(root, script)],
      ...(nice === undefined ? {} : { nice }),
      env: { ...urls, DATA_DIR: dataDir, INSTANCE: instance, LOG_FORMAT: 'json', METRICS_PORT: '0' },
    });
  }

  let stopped = false;
  const portal = `http://${config.PORTAL_HOST.includes(':') ? `[${config.PORTAL_HOST}]` : config.PORTAL_HOST}:${config.PORTAL_PORT}`;
  const ready = waitForHealth(portal, log, () => stopped).then(() => {
    if (!stopped) log.info(`ready: ${portal}`, { seconds: Math.round((performance.now() - began) / 100) / 10, dataDir });
  });
  return {
    ready,
    stop: async (signal) => {
      stopped = true;
      log.info('stopping everything', { signal });
      const stopAll = (kind: string, limitMs: number) =>
        Promise.all(services.filter((s) => s.name.startsWith(kind)).map((s) => supervisor.stop(s.name, limitMs)));
      await Promise.all([stopAll('portal', 4_000), stopAll('edge', 4_000)]);
      await stopAll('decoder', 4_000);
      await stopAll('assembler', 4_000);
      await Promise.all(servers.map((s) => supervisor.stop(s.name, s.limitMs)));
      rmSync(join(runDir, 'launcher.json'), { force: true });
      log.info('stopped');
    },
  };
}

function numbered(
  name: string,
  script: string,
  count: number,
  nice?: number,
): { name: string; script: string; instance: string; nice?: number }[] {
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}-${i + 1}`,
    script,
    instance: String(i + 1),
    ...(nice === undefined ? {} : { nice }),
  }));
}

function checkDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new DataDirError(`DATA_DIR ${dataDir} cannot be made: choose a directory that this user may write`, { cause });
  }
  if (!statSync(dataDir).isDirectory()) throw new DataDirError(`DATA_DIR ${dataDir} is not a directory`);
  try {
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    writeFileSync(join(dataDir, '.writable'), '');
    rmSync(join(dataDir, '.writable'));
  } catch (cause) {
    throw new DataDirError(`DATA_DIR ${dataDir} is not writable for this user`, { cause });
  }
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < LEAST_FREE_BYTES)
    throw new DataDirError(
      `DATA_DIR ${dataDir} has ${Math.floor((bavail * bsize) / 1e6)} MB free: at least ${LEAST_FREE_BYTES / 1e6} MB are needed`,
    );
}

/** One launcher a DATA_DIR. @throws DataDirError naming the other one */
function claim(runDir: string, dataDir: string): void {
  mkdirSync(runDir, { recursive: true });
  const file = join(runDir, 'launcher.json');
  try {
    const other = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; startTime: string };
    if (other.startTime !== '' && startTimeOf(other.pid) === other.startTime)
      throw new DataDirError(`DATA_DIR ${dataDir} is in use by another start (pid ${other.pid}): stop it, or choose another DATA_DIR`);
  } catch (error) {
    if (error instanceof DataDirError) throw error;
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
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

/** Says every few seconds what is still missing, so that a long start is not a silent one. */
async function waitForHealth(portal: string, log: Log, stopped: () => boolean): Promise<void> {
  let said = performance.now();
  while (!stopped()) {
    let missing = 'the portal';
    try {
      const response = await fetch(`${portal}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (response.status === 200) return;
      missing = ((await response.json()) as { failing?: string }).failing ?? missing;
    } catch (error) {
      log.debug('the portal does not answer yet', { error: errorText(error) });
    }
    if (performance.now() - said > 3_000) {
      said = performance.now();
      log.info(`waiting for ${missing}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
