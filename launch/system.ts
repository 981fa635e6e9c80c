import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type blocks, ConfigError, given, readConfig, blocks as settings } from '@callscope/core/node/config.ts';
import { findFfmpeg } from '@callscope/core/node/ffmpeg.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import type { z } from 'zod';
import { checkDataDir, claim } from './data-dir.ts';
import { waitForGiven } from './given-servers.ts';
import { ensurePackages, FFMPEG, MissingPackages, NATS_SERVER } from './install.ts';
import { migrate } from './migrate.ts';
import { buildPages } from './pages.ts';
import { requireDistinct, requireFree, type WantedPort } from './ports.ts';
import { masterKey, secret } from './secrets.ts';
import { forgetServers, LATER, requireHope, startServers } from './servers.ts';
import { type ProcessSpec, Supervisor, stopLeftovers } from './supervise.ts';

type Config = z.output<typeof blocks.common> &
  z.output<typeof blocks.data> &
  z.output<typeof blocks.launch> &
  z.output<typeof blocks.portal> &
  z.output<typeof blocks.edge>;

/** Time to drain, one step after the other; together well under the 20 s in which everything must be gone. */
const STOP_MS = { entrances: 3_000, decoders: 3_000, assemblers: 3_000, jobs: 2_000, servers: 6_000 };
/**
 * When the machine is full the receiver goes first: a packet that it does not take in time is lost, all else can wait. A high
 * priority alone is not enough: at 50,000 packets/s on two full cores it still stood for 90 ms, and a socket's buffer holds 70.
 */
const FIRST = { nice: -10, realtime: true } as const;
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
      if (hasBegun) forgetServers(config.DATA_DIR);
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
  const urls = await startServers(config, log, supervisor, { servers, reserved, metricsPort: metricsPort(config, 'clickhouse'), stores });
  if (!given('RECORDING_KEYS_FILE')) secret(dataDir, 'recording-keys', masterKey);
  const { DATABASE_URL, CLICKHOUSE_URL } = urls;
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
