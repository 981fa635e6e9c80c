import { deepStrictEqual } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, until } from '../../medium/stack.ts';
import { allIds, type Ledger } from '../reliable-edge.ts';

export interface LoadOptions {
  /** HEP packets a second, 16 a call */
  rate?: number;
  sources?: number;
  /** share of calls whose packets go over TCP, percent */
  tcp?: number;
  /** all TCP connections of all sources are dropped at once every so many seconds */
  reconnectSeconds?: number;
}

/** Whole calls on their way into a system: packets over UDP and TCP, and events that are repeated until each is answered. */
export interface Load {
  /** begun so far and sent whole */
  calls(): number;
  /** Ends the load when all that is begun is sent and answered. @returns Call-IDs of all of it */
  stop(): Promise<string[]>;
  /** Ends it at once, when something failed. */
  abort(): void;
}

const GENERATOR = new URL('../../bench/generator.ts', import.meta.url).pathname;
/** longer than any run: it is stopped */
const SECONDS = 3_600;

export function startLoad(stack: Stack, { rate = 640, sources = 4, tcp = 30, reconnectSeconds = 0 }: LoadOptions = {}): Load {
  const dir = mkdtempSync(join(tmpdir(), 'callscope-load-'));
  const file = join(dir, 'sent.jsonl');
  const { hep, events } = stack.ports;
  const options = { port: hep, events, rate, sources, tcp, seconds: SECONDS, reconnect: reconnectSeconds, out: file };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const generator = spawn(process.execPath, [GENERATOR, ...args, '--reliable'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(generator, 'exit') as Promise<[number | null]>;
  let said = '';
  generator.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);
  return {
    calls: () => lines().length,
    abort: () => void generator.kill('SIGKILL'),
    stop: async () => {
      generator.kill('SIGTERM');
      const [code] = await exit;
      const ids = lines().map((line) => (JSON.parse(line) as { callId: string }).callId);
      rmSync(dir, { recursive: true, force: true });
      const { unanswered, calls } = JSON.parse(said) as { unanswered: number; calls: number };
      deepStrictEqual({ code, unanswered, calls }, { code: 0, unanswered: 0, calls: ids.length });
      return ids;
    },
  };
}

/**
 * Calls come in while `fault` does what it does, and until everything is ready again.
 * @param stack the system, which may be another one after the fault
 * @returns Call-IDs of what was sent
 */
export async function underLoad(stack: () => Stack, options: LoadOptions, fault: (load: Load) => Promise<void>): Promise<string[]> {
  const load = startLoad(stack(), options);
  try {
    await until('calls are sent', () => load.calls() > 60, 60_000);
    await fault(load);
    await isReady(stack());
    return await load.stop();
  } finally {
    load.abort();
  }
}

const POLL_MS = 500;
/** what waits is worked off: on a busy machine that takes longer than the load itself */
const DONE_MS = 600_000;

/** The ledger is closed with nothing in flight, and the calls are those that were sent: each once, and no other. */
export async function allThere(stack: Stack, sent: readonly string[]): Promise<void> {
  let ledger: Ledger | undefined;
  await until(
    'the ledger closes with nothing in flight',
    async () => {
      await new Promise((done) => setTimeout(done, POLL_MS));
      ledger = await stack.rest<Ledger>('GET', '/ops/ledger');
      return ledger.closed && ledger.stages.every((stage) => stage.inFlight === 0);
    },
    DONE_MS,
  ).catch((error) => {
    throw new Error(`${String(error)}: ${JSON.stringify(ledger)}`);
  });
  let there: string[] = [];
  await until(
    `${sent.length} calls`,
    async () => {
      await new Promise((done) => setTimeout(done, POLL_MS));
      there = await allIds(stack, 't1');
      return there.length >= sent.length;
    },
    60_000,
  ).catch(() => undefined);
  const [wanted, found] = [new Set(sent), new Set(there)];
  const difference = {
    missing: sent.filter((id) => !found.has(id)).slice(0, 5),
    strange: there.filter((id) => !wanted.has(id)).slice(0, 5),
    twice: there.length - found.size,
    calls: found.size,
  };
  deepStrictEqual(difference, { missing: [], strange: [], twice: 0, calls: sent.length });
}

/**
 * Waits until REST gives a call that began in a second after the fault.
 * @param since ms since the epoch @returns seconds from then, too many by up to one and a half: the edge's clock gives whole seconds
 */
export async function backAfter(stack: Stack, since: number): Promise<number> {
  const from = (Math.floor(since / 1_000) + 1) * 1_000;
  await until(
    'a call of after the fault is at REST',
    async () => {
      const { data } = await stack.rest<{ data: { startedAt: string }[] }>('GET', '/tenants/t1/calls?limit=1');
      return Date.parse(data[0]?.startedAt ?? '') >= from;
    },
    DONE_MS,
  );
  return (Date.now() - since) / 1_000;
}

/** pid of a part that runs, or null between its death and its next start */
export function runningPid(stack: Stack, part: string): number | null {
  try {
    return stack.pidOf(part);
  } catch {
    return null;
  }
}

/** @returns whether there was something to kill */
export function kill(stack: Stack, part: string): boolean {
  const pid = runningPid(stack, part);
  if (pid === null) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    // dead already, not yet started again
    return false;
  }
}

export const isReady = (stack: Stack) =>
  until('every part is ready', async () => (await fetch(`${stack.portal}/healthz`)).status === 200, DONE_MS);
