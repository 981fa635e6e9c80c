import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '@callscope/core/node/config.ts';
import { formatText, type Log } from '@callscope/core/node/log.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** a process that lived this long is healthy: its next death begins with the short pause again */
const HEALTHY_MS = 60_000;
const runsAsRoot = process.getuid?.() === 0;

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  stopSignal?: NodeJS.Signals;
  /** scheduling priority, -20 first to 19 last; below 0 only as root */
  nice?: number;
  /** the child sets its own parent-death signal (it changes its user namespace on the way) */
  ownDeathSignal?: boolean;
}

/**
 * Keeps child processes running. Children get SIGKILL from the kernel when the launcher dies, however it dies
 * (prctl PR_SET_PDEATHSIG through setpriv), and leave pid and start time in DATA_DIR/run so that a next start can tell
 * its own leftovers from strangers.
 */
export class Supervisor {
  readonly #log: Log;
  readonly #runDir: string;
  readonly #setpriv: boolean;
  #children = new Map<string, Child>();

  constructor(runDir: string, log: Log) {
    this.#runDir = runDir;
    this.#log = log;
    mkdirSync(runDir, { recursive: true });
    this.#setpriv = onPath('setpriv');
    if (!this.#setpriv) log.warn('setpriv (package util-linux) is missing: a killed launcher leaves its services running');
  }

  start(spec: ProcessSpec): void {
    const child = new Child(spec, this.#runDir, this.#setpriv, this.#log);
    this.#children.set(spec.name, child);
    child.start();
  }

  isRunning(name: string): boolean {
    return this.#children.get(name)?.isRunning ?? false;
  }

  /** Why it is not running, in a line; '' when it runs. */
  lastWords(name: string): string {
    return this.#children.get(name)?.lastWords ?? '';
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid]));
  }

  /** Asks to end and waits; kills after the limit. */
  async stop(name: string, limitMs: number): Promise<void> {
    await this.#children.get(name)?.stop(limitMs);
    this.#children.delete(name);
  }
}

class Child {
  readonly #spec: ProcessSpec;
  readonly #log: Log;
  readonly #file: string;
  readonly #setpriv: boolean;
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  lastWords = '';

  constructor(spec: ProcessSpec, runDir: string, setpriv: boolean, log: Log) {
    this.#spec = spec;
    this.#log = log;
    this.#setpriv = setpriv;
    this.#file = join(runDir, `${spec.name}.json`);
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  start(): void {
    const { command, args, env, cwd, name, nice, ownDeathSignal } = this.#spec;
    const [file = '', ...words] = [
      ...(nice !== undefined && (nice >= 0 || runsAsRoot) ? ['nice', '-n', String(nice)] : []),
      ...(this.#setpriv && !ownDeathSignal ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
      command,
      ...args,
    ];
    const process = spawn(file, words, {
      cwd,
      env: childEnvironment(env ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = process;
    const startedAt = performance.now();
    if (process.pid !== undefined) writeFileSync(this.#file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
    forward(name, process, this.#log, (line) => {
      this.lastWords = line;
    });
    this.#exited = new Promise((done) => {
      const ended = (why: object) => {
        rmSync(this.#file, { force: true });
        done();
        if (this.#stopping) return;
        if (performance.now() - startedAt > HEALTHY_MS) this.#pause = FIRST_PAUSE_MS;
        this.#log.error('a service died, starting it again', { part: name, ...why, inMs: this.#pause });
        this.#timer = setTimeout(() => this.start(), this.#pause);
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      };
      process.once('error', (error) => ended({ error: error.message }));
      process.once('exit', (code, signal) => ended({ code, signal }));
    });
  }

  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (!this.isRunning) return;
    this.#process?.kill(this.#spec.stopSignal ?? 'SIGTERM');
    const limit = setTimeout(() => {
      this.#log.warn('a service did not stop in time, killing it', { part: this.#spec.name });
      this.#process?.kill('SIGKILL');
    }, limitMs);
    await this.#exited;
    clearTimeout(limit);
  }
}

/** A child's structured lines go on as they are, or as text where we write for people; other output is wrapped. */
function forward(name: string, child: ChildProcess, log: Log, keep: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-65_536);
      for (const line of lines) {
        if (line.trim() === '') continue;
        keep(line);
        if (line.startsWith('{') && line.includes('"service"')) {
          if (process.stdout.isTTY) {
            try {
              process.stdout.write(`${formatText(JSON.parse(line) as Record<string, unknown>)}\n`);
              continue;
            } catch {
              // not one of ours after all
            }
          }
          process.stdout.write(`${line}\n`);
        } else log.debug(line, { part: name });
      }
    });
  }
}

/** Start of a process in clock ticks since boot: with the pid it names one process for ever (proc(5), stat field 22). */
export function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Ends what an earlier launcher of this DATA_DIR left behind. Strangers are left alone: pid and start time must match. */
export function stopLeftovers(runDir: string, log: Log): void {
  let files: string[];
  try {
    files = readdirSync(runDir).filter((f) => f.endsWith('.json') && f !== 'launcher.json');
  } catch {
    return;
  }
  for (const file of files) {
    try {
      const { pid, startTime } = JSON.parse(readFileSync(join(runDir, file), 'utf8')) as { pid: number; startTime: string };
      if (startTime !== '' && startTimeOf(pid) === startTime) {
        log.warn('stopping a leftover of an earlier start', { part: file.slice(0, -5), pid });
        process.kill(pid, 'SIGKILL');
      }
    } catch (error) {
      log.debug('a run file could not be used', { file, error });
    }
    rmSync(join(runDir, file), { force: true });
  }
}

export function onPath(command: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
