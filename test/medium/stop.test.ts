import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort, until } from './stack.ts';

/** How the whole system ends: whoever is told, and however it is told, nothing stays behind. */
const ROOT = new URL('../../', import.meta.url).pathname;
const GONE_MS = 20_000;

let dir: string;
let ports: { portal: number; metrics: number; env: Record<string, string> };
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'callscope-'));
  const portal = await freePort();
  // five in a row: METRICS_PORT is the portal's, the others follow
  const metrics = 20_000 + Math.floor(Math.random() * 8_000);
  ports = {
    portal,
    metrics,
    env: {
      DATA_DIR: dir,
      PORTAL_PORT: String(portal),
      HEP_PORT: String(await freePort()),
      EVENTS_PORT: String(await freePort()),
      METRICS_PORT: String(metrics),
      LOG_FORMAT: 'json',
    },
  };
});
afterEach(() => {
  // a failed test leaves what it found
  for (const line of alive()) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Living processes that belong to the DATA_DIR, by command line, environment or working directory; zombies are dead. */
function alive(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        if (/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))) return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(dir) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir) ? [`${pid} ${command}`] : [];
      } catch {
        return []; // gone, or not ours to look into
      }
    });
}

const isReady = async () => (await fetch(`http://127.0.0.1:${ports.portal}/healthz`).catch(() => undefined))?.status === 200;

interface Running {
  process: ChildProcess;
  /** the log so far, records only */
  log(): { service: string; message: string; signal?: string; why?: string }[];
  text(): string;
}

/** `npm start`, or what is given, with a process group of its own as a terminal would give it. */
async function started(command: readonly string[] = ['npm', 'start']): Promise<Running> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: ROOT, env: { ...process.env, ...ports.env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const log = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as ReturnType<Running['log']>[number]);
  const running = { process: child, log, text: () => output };
  await until('the system is ready', isReady, 90_000).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${output}`);
  });
  return running;
}

const nothingIsLeft = () => until(`nothing is left, there is ${alive().join(' | ')}`, () => alive().length === 0, GONE_MS);

/** Services that began to stop, in the order in which they did. */
const order = ({ log }: Running) =>
  log()
    .filter((r) => r.message === 'stopping')
    .map((r) => r.service);

describe('npm start', () => {
  test('every service has its METRICS_PORT; SIGTERM to npm ends everything, the way of a call in order', async () => {
    const system = await started();
    const services: string[] = [];
    for (const service of ['portal', 'edge', 'clickhouse', 'jobs', 'recorder', 'assembler', 'decoder']) {
      const response = await fetch(`http://127.0.0.1:${ports.metrics + services.length}/healthz`);
      services.push(`${service} ${response.status}`);
      if (service === 'edge') {
        const metrics = await (await fetch(`http://127.0.0.1:${ports.metrics + 1}/metrics`)).text();
        expect(metrics).toContain('callscope_edge_frames_published_total');
      }
    }
    expect(services).toEqual(['portal 200', 'edge 200', 'clickhouse 200', 'jobs 200', 'recorder 200', 'assembler 200', 'decoder 200']);
    process.kill(system.process.pid as number, 'SIGTERM');
    await nothingIsLeft();
    expect(order(system).slice(0, 2).sort()).toEqual(['edge', 'portal']);
    expect(order(system).slice(2, 4)).toEqual(['decoder', 'assembler']);
    expect(order(system).slice(4, 6).sort()).toEqual(['jobs', 'recorder']);
    expect(order(system).slice(6)).toEqual(['clickhouse']);
  });

  test.each(['SIGINT', 'SIGHUP'] as const)(
    '%s to the whole foreground group drains in the same order, nothing is started again',
    async (signal) => {
      const system = await started();
      process.kill(-(system.process.pid as number), signal);
      await nothingIsLeft();
      expect(order(system).slice(0, 2).sort()).toEqual(['edge', 'portal']);
      expect(order(system).slice(2, 4)).toEqual(['decoder', 'assembler']);
      expect(order(system).slice(4, 6).sort()).toEqual(['jobs', 'recorder']);
      expect(order(system).slice(6)).toEqual(['clickhouse']);
      expect(system.log().filter((r) => /died/.test(r.message))).toEqual([]);
      expect(system.log().filter((r) => r.message === 'stopped' && r.service === 'launch')).toHaveLength(1);
    },
  );

  test('a killed npm takes the system along, drained', async () => {
    const system = await started();
    process.kill(system.process.pid as number, 'SIGKILL');
    await nothingIsLeft();
    expect(order(system)).toHaveLength(7);
  });
});

test('SIGTERM in the middle of a start ends it without an error', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'launch/main.ts')], { cwd: ROOT, env: { ...process.env, ...ports.env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await until('it has begun', () => output.includes('starting the bus'));
  child.kill('SIGTERM');
  const code = await new Promise((done) => child.once('exit', done));
  expect([code, output]).toEqual([0, expect.not.stringContaining('"level":"error"')]);
  await nothingIsLeft();
});

const canUnshare = spawnSync('unshare', ['-p', '-f', '--mount-proc', 'true'], { stdio: 'ignore' }).status === 0;

/** Node as PID 1 waits for its own children only: what is orphaned stays a zombie, as in many a container. */
const PID1 = `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const start = () => spawn(process.execPath, ['launch/main.ts'], { stdio: ['ignore', 'inherit', 'inherit'] });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const ready = async () => {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(100))
    if ((await fetch('http://127.0.0.1:' + process.env.PORTAL_PORT + '/healthz').catch(() => undefined))?.status === 200) return true;
  return false;
};
const states = () => fs.readdirSync('/proc').filter((n) => /^\\d+$/.test(n) && n !== '1').map((n) => {
  try { const s = fs.readFileSync('/proc/' + n + '/stat', 'utf8'); return s.slice(s.lastIndexOf(')') + 2, s.lastIndexOf(')') + 3); } catch { return 'Z'; }
});
(async () => {
  let child = start();
  console.log('first ' + (await ready()));
  child.kill('SIGKILL');
  for (const end = Date.now() + 10_000; states().some((s) => s !== 'Z') && Date.now() < end; ) await pause(100);
  console.log('after SIGKILL: living ' + states().filter((s) => s !== 'Z').length + ', zombies ' + (states().length > 0));
  child = start();
  console.log('second ' + (await ready()));
  child.kill('SIGTERM');
  await new Promise((done) => child.once('exit', done));
  process.exit(0);
})();
`;

// a PID namespace of one's own takes root
test.skipIf(!canUnshare)('a launcher killed where nobody reaps zombies leaves nothing alive and nothing that stops the next start', () => {
  const { stdout } = spawnSync('unshare', ['-p', '-f', '--mount-proc', process.execPath, '-e', PID1], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...ports.env },
    timeout: 80_000,
    killSignal: 'SIGKILL',
  });
  const words = stdout.split('\n').filter((line) => /^(first|after|second) /.test(line));
  expect(words, stdout).toEqual(['first true', 'after SIGKILL: living 0, zombies true', 'second true']);
});
