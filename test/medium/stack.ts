import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
export const OPERATOR_TOKEN = 'operator-token-of-the-tests';

export interface Stack {
  portal: string;
  ports: { portal: number; hep: number; events: number };
  dataDir: string;
  pid: number;
  log(): string;
  /** the embedded bus, with its password */
  natsUrl(): string;
  /** the embedded store, with its password */
  storeUrl(): string;
  /** the embedded PostgreSQL as the owner of its tables */
  databaseUrl(): string;
  /** pid of a part, as the launcher wrote it down */
  pidOf(part: string): number;
  /** REST as the operator; throws with the body when the status is not 2xx */
  rest<T>(method: string, path: string, body?: unknown): Promise<T>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** stops and removes DATA_DIR */
  end(): Promise<void>;
}

/** What a run compiles, kept for the next: a quarter of the CPU that a start of the whole system takes. */
const COMPILED = join(tmpdir(), 'callscope-compiled');

const given = new Set<number>();
const PORTS = { from: 15_000, each: 4_000, slices: 4 };

/**
 * A port that nobody listens at, by TCP or UDP, and that was not given before. Each of vitest's workers has a slice of
 * its own: two that start systems at once would else be given the same port, long before either listens at it. All lie
 * below the range from which the kernel takes ports for connections (ip_local_port_range, from 32768 on).
 */
export async function freePort(): Promise<number> {
  const slice = Number(process.env.VITEST_POOL_ID ?? 1) % PORTS.slices;
  for (;;) {
    const port = PORTS.from + slice * PORTS.each + Math.floor(Math.random() * PORTS.each);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const byTcp = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
  return (
    byTcp &&
    (await new Promise<boolean>((done) => {
      const socket = createSocket('udp4');
      socket.once('error', () => done(false));
      socket.bind(port, '127.0.0.1', () => socket.close(() => done(true)));
    }))
  );
}

/** Why a launcher ended: its errors first, as long logs are cut at their end where they are printed. */
function errorsFirst(output: string): string {
  const lines = output.split('\n');
  const errors = lines.filter((line) => /"level":"(error|warn)"|^\S*Error/.test(line));
  return [...errors.slice(-10), '--- the end of its log:', ...lines.slice(-60)].join('\n');
}

/** Long enough for a busy machine that also builds the portal's pages: what waits here is not what is measured. */
const READY_MS = 240_000;

/** The whole system as `npm start` brings it up, on free ports with a DATA_DIR of its own. */
export async function startStack(options: { dataDir?: string; env?: Record<string, string> } = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'callscope-'));
  const ports = { portal: await freePort(), hep: await freePort(), events: await freePort() };
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, 'launch/main.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: COMPILED,
      DATA_DIR: dataDir,
      PORTAL_PORT: String(ports.portal),
      HEP_PORT: String(ports.hep),
      EVENTS_PORT: String(ports.events),
      NATS_PORT: String(await freePort()),
      CLICKHOUSE_PORT: String(await freePort()),
      POSTGRES_PORT: String(await freePort()),
      BOOTSTRAP_TOKEN: OPERATOR_TOKEN,
      LOG_FORMAT: 'json',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  let storePort = '';
  let databasePort = '';
  const portal = `http://127.0.0.1:${ports.portal}`;
  const stack: Stack = {
    portal,
    ports,
    dataDir,
    pid: child.pid ?? 0,
    log: () => output,
    natsUrl: () => {
      const config = readFileSync(join(dataDir, 'nats.conf'), 'utf8');
      const [, port] = /^port: (\d+)$/m.exec(config) ?? [];
      const [, user, password] = /user: (\w+), password: "([^"]+)"/.exec(config) ?? [];
      return `nats://${user}:${password}@127.0.0.1:${port}`;
    },
    storeUrl: () => `http://callscope:${readFileSync(join(dataDir, 'secrets/clickhouse'), 'utf8')}@127.0.0.1:${storePort}/callscope`,
    databaseUrl: () =>
      `postgres://callscope:${readFileSync(join(dataDir, 'secrets/postgres'), 'utf8')}@127.0.0.1:${databasePort}/callscope`,
    pidOf: (part) => (JSON.parse(readFileSync(join(dataDir, 'run', `${part}.json`), 'utf8')) as { pid: number }).pid,
    fetch: (path, init = {}) =>
      fetch(`${portal}${path}`, { ...init, headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, ...init.headers } }),
    rest: async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await stack.fetch(`/api/v1${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
    end: async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await until(
      'the system is ready',
      async () => {
        if (child.exitCode !== null) throw new Error('the launcher ended');
        return (await fetch(`${portal}/healthz`).catch(() => undefined))?.status === 200;
      },
      READY_MS,
    );
    databasePort = /"message":"starting PostgreSQL","port":(\d+)/.exec(output)?.[1] ?? '';
    storePort = /"message":"starting the store","port":(\d+)/.exec(output)?.[1] ?? '';
  } catch (error) {
    await stack.stop('SIGTERM');
    throw new Error(`${String(error)}\n${errorsFirst(output)}`);
  }
  return stack;
}

/** Waits for a condition; says what it waited for when it does not come. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      if (await condition()) return;
      last = undefined;
    } catch (error) {
      last = error;
      if (/the launcher ended/.test(String(error))) throw error;
    }
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}${last ? ` (${String(last)})` : ''}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** Datagrams one after the other, slowly enough for a loopback buffer. */
export async function sendUdp(port: number, packets: readonly (Uint8Array | string)[]): Promise<void> {
  const socket = createSocket('udp4');
  for (let i = 0; i < packets.length; i++) {
    const packet = packets[i] as Uint8Array | string;
    await new Promise<void>((done, failed) => socket.send(packet, port, '127.0.0.1', (error) => (error ? failed(error) : done())));
    if (i % 50 === 49) await new Promise((done) => setTimeout(done, 2));
  }
  socket.close();
}

/** One connection, everything written, then closed by us. */
export async function sendTcp(port: number, packets: readonly (Uint8Array | string)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((done, failed) => socket.once('connect', done).once('error', failed));
  for (const packet of packets) if (!socket.write(packet)) await new Promise((done) => socket.once('drain', done));
  await new Promise<void>((done) => socket.end(done));
}
