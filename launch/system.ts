import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type blocks, ConfigError, given, readConfig, blocks as settings } from '@callscope/core/node/config.ts';
import { findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { z } from 'zod';
import { watchBus } from './bus-watch.ts';
import { checkDataDir, claim } from './data-dir.ts';
import { waitForGiven } from './given-servers.ts';
import { ensurePackages, FFMPEG, MissingPackages, NATS_SERVER } from './install.ts';
import { migrate } from './migrate.ts';
import { natsServer } from './nats.ts';
import { buildPages } from './pages.ts';
import { portFor, requireDistinct, requireFree, type WantedPort } from './ports.ts';
import { postgresServer } from './postgres.ts';
import { masterKey, secret } from './secrets.ts';
import { type ProcessSpec, Stopping, Supervisor, stopLeftovers } from './supervise.ts';

type Config = z.output<typeof blocks.common> &
  z.output<typeof blocks.data> &
  z.output<typeof blocks.launch> &
  z.output<typeof blocks.portal> &
  z.output<typeof blocks.edge>;

const SERVER_LIMIT_MS = 60_000;
/** a part that dies this often before everything is ready will not live: the start has failed */
const DEATHS_AT_START = 5;
/** Time to drain, one step after the other; together well under the 20 s in which everything must be gone. */
const STOP_MS = { entrances: 3_000, decoders: 3_000, assemblers: 3_000, jobs: 2_000, servers: 6_000 };
/**
 * When the machine is full the receiver goes first: a packet that it does not take in time is lost, all else can wait. A high
 * priority alone is not enough: at 50,000 packets/s on two full cores it still stood for 90 ms, and a socket's buffer holds 70.
 */
const FIRST = { nice: -10, realtime: true } as const;
const LATER = { nice: 5 } as const;
/** A larger nursery: packets and facts die young, and the more room they have the fewer of them are copied first. */
export const V8 = ['--max-semi-space-size=32'];
const root = fileURLToPath(new URL('..', import.meta.url));

export interface System {
  /** Resolves when /healthz says that every part is ready. @throws why the start failed, Stopping when it was cut short */
  ready: Promise<void>;
  /** May be called at any time, also when the start has not come far or has failed. */
  stop(why: string): Promise<void>;
}

/** What has been started so far. */
interface Run {
  supervisor: Supervisor;
  services: { name: string }[];
  servers: { name: string }[];
  release(): void;
}

/** Everything on this machine: servers that no URL names, migrations, services, in this order; stopped the other way round. */
export function launch(config: Config, log: Log): System {
  const runDir = join(config.DATA_DIR, 'run');
  const run: Run = { supervisor: new Supervisor(runDir, log), services: [], servers: [], release: () => undefined };
  return {
    ready: start(config, log, runDir, run),
    stop: async (why) => {
      const { supervisor } = run;
      supervisor.beginStop();
      const hasBegun = run.servers.length + run.services.length > 0;
      if (hasBegun) log.info('stopping everything', { why });
      const stopAll = (names: { name: string }[], limitMs: number) => Promise.all(names.map(({ name }) => supervisor.stop(name, limitMs)));
      const of = (kind: string) => run.services.filter(({ name }) => name.startsWith(kind));
      await stopAll([...of('portal'), ...of('edge'), ...of('agent')], STOP_MS.entrances);
      await stopAll(of('decoder'), STOP_MS.decoders);
      await stopAll(of('assembler'), STOP_MS.assemblers);
      await stopAll([...of('jobs'), ...of('recorder')], STOP_MS.jobs);
      await stopAll(run.servers, STOP_MS.servers);
      run.release();
      if (hasBegun) log.info('stopped');
    },
  };
}

async function start(config: Config, log: Log, runDir: string, run: Run): Promise<void> {
  const began = performance.now();
  const { supervisor, servers } = run;
  const dataDir = config.DATA_DIR;
  checkDataDir(dataDir);
  run.release = claim(runDir, dataDir);
  stopLeftovers(runDir, log);
  const wanted = wantedPorts(config);
  requireDistinct([
    ...wanted,
    ...(['NATS_PORT', 'CLICKHOUSE_PORT', 'POSTGRES_PORT'] as const).filter(given).map((setting) => ({ setting, port: config[setting] })),
  ]);
  for (const port of wanted) await requireFree(port);
  const reserved = wanted.map(({ port }) => port);
  const stores = readConfig(settings.database, settings.nats, settings.clickhouse);
  await waitForGiven(stores, config.SERVER_WAIT_SECONDS, log, () => supervisor.isStopping);
  if (!given('NATS_URL')) ensurePackages([NATS_SERVER], config.NO_INSTALL, log);
  const recording = config.RECORDERS > 0 ? ensureFfmpeg(config, log) : config;

  const pages = buildPages(log);
  // it is waited for below; its failure must not be an unhandled one meanwhile
  pages.catch(() => undefined);
  const urls: Record<string, string> = {};
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
      args: [join(root, 'launch/clickhouse/main.ts')],
      env: {
        DATA_DIR: dataDir,
        CLICKHOUSE_PORT: String(port),
        CLICKHOUSE_PASSWORD: password,
        LOG_FORMAT: 'json',
        METRICS_PORT: metricsPort(config, 'clickhouse'),
        UV_THREADPOOL_SIZE: '12',
      },
    });
    servers.push({ name: 'clickhouse' });
    urls.CLICKHOUSE_URL = `http://callscope:${password}@127.0.0.1:${port}/callscope`;
    checks.push(() => until('the store', 'clickhouse', supervisor, () => canConnect(port)));
  }
  if (!given('RECORDING_KEYS_FILE')) secret(dataDir, 'recording-keys', masterKey);
  await Promise.all(checks.map((check) => check()));
  const { DATABASE_URL, CLICKHOUSE_URL } = { ...stores, ...urls };
  await migrate(DATABASE_URL, CLICKHOUSE_URL, log);
  await pages;

  const services = servicesOf(recording);
  for (const { name, script, instance, priority } of services) {
    log.info(`starting ${name}`);
    supervisor.start({
      name,
      command: process.execPath,
      args: [...V8, join(root, script)],
      ...priority,
      env: {
        ...urls,
        ...{ DATA_DIR: dataDir, INSTANCE: instance, LOG_FORMAT: 'json', METRICS_PORT: metricsPort(config, name) },
        EXPECT_SERVICES: recording.EXPECT_SERVICES.join(','),
      },
    });
    run.services.push({ name });
  }

  const portal = `http://${config.PORTAL_HOST.includes(':') ? `[${config.PORTAL_HOST}]` : config.PORTAL_HOST}:${config.PORTAL_PORT}`;
  await waitForHealth(portal, log, supervisor);
  log.info(`ready: ${portal}`, { seconds: Math.round((performance.now() - began) / 100) / 10, dataDir });
}

/**
 * Calls are accounted without ffmpeg too: where it is not there and cannot be installed, recordings stay in the spool.
 * @returns what is to be started @throws ConfigError when FFMPEG_BIN names nothing that runs
 */
function ensureFfmpeg(config: Config, log: Log): Config {
  const { FFMPEG_BIN, PATH } = readConfig(settings.recorder, settings.path);
  if (findFfmpeg(FFMPEG_BIN, PATH) !== null) return config;
  if (FFMPEG_BIN !== '') throw new ConfigError('FFMPEG_BIN: there is no program of this name');
  try {
    ensurePackages([FFMPEG], config.NO_INSTALL, log);
    return config;
  } catch (error) {
    if (!(error instanceof MissingPackages)) throw error;
    log.warn(`calls are not recorded, what the relay records stays in the spool: ${error.message}`);
    return { ...config, RECORDERS: 0, EXPECT_SERVICES: config.EXPECT_SERVICES.filter((name) => name !== 'recorder') };
  }
}

type Priority = Pick<ProcessSpec, 'nice' | 'realtime'>;

interface ServiceSpec {
  name: string;
  script: string;
  instance: string;
  priority: Priority;
}

/** In the order in which they are started. */
function servicesOf(config: Config): ServiceSpec[] {
  return [
    ...numbered('decoder', 'ingest/main-decoder.ts', config.DECODERS, LATER),
    ...numbered('assembler', 'ingest/main-assembler.ts', config.ASSEMBLERS),
    ...numbered('jobs', 'jobs/main.ts', 1, LATER),
    ...numbered('recorder', 'recorder/main.ts', config.RECORDERS, LATER),
    ...numbered('edge', 'ingest/main-edge.ts', 1, FIRST),
    ...(given('EDGE_MI_URL') ? numbered('agent', 'opensips/agent/main.ts', 1) : []),
    ...numbered('portal', 'portal/main.ts', 1),
  ];
}

/**
 * METRICS_PORT is the portal's; the next ones are the edge's, the embedded store's, the jobs', those of the recorders, of the assemblers and of
 * the decoders, in this order: what there is any number of comes last. '0' = each takes a free one.
 */
function metricsPort(config: Config, name: string): string {
  if (config.METRICS_PORT === 0) return '0';
  const of = (kind: string) =>
    servicesOf(config)
      .filter((s) => s.name.startsWith(kind))
      .map((s) => s.name);
  const order = ['portal', 'edge', 'clickhouse', 'jobs', ...of('recorder'), ...of('assembler'), ...of('decoder'), ...of('agent')];
  return String(config.METRICS_PORT + order.indexOf(name));
}

/** Ports that are asked for, so that a taken one is said before anything is started. */
function wantedPorts(config: Config): WantedPort[] {
  const edge = { hostSetting: 'EDGE_HOST', host: config.EDGE_HOST, protocols: ['tcp', 'udp'] } as const;
  const metrics = ['clickhouse', ...servicesOf(config).map((s) => s.name)].map((name) => Number(metricsPort(config, name)));
  const wanted: WantedPort[] = [
    { setting: 'PORTAL_PORT', port: config.PORTAL_PORT, hostSetting: 'PORTAL_HOST', host: config.PORTAL_HOST, protocols: ['tcp'] },
    { setting: 'HEP_PORT', port: config.HEP_PORT, ...edge },
    { setting: 'EVENTS_PORT', port: config.EVENTS_PORT, ...edge },
    ...metrics.map(
      (port): WantedPort => ({
        setting: 'METRICS_PORT',
        port,
        hostSetting: 'METRICS_HOST',
        host: config.METRICS_HOST,
        protocols: ['tcp'],
      }),
    ),
  ];
  return wanted.filter(({ port }) => port !== 0);
}

function numbered(name: string, script: string, count: number, priority: Priority = {}): ServiceSpec[] {
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}-${i + 1}`,
    script,
    instance: String(i + 1),
    priority,
  }));
}

/** @throws when the start is being stopped, or a part dies again and again */
function requireHope(supervisor: Supervisor): void {
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

/** Says every few seconds what is still missing, so that a long start is not a silent one. */
async function waitForHealth(portal: string, log: Log, supervisor: Supervisor): Promise<void> {
  let said = performance.now();
  for (;;) {
    requireHope(supervisor);
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
