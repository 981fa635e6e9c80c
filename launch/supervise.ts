import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '@callscope/core/node/config.ts';
import { formatText, type Log } from '@callscope/core/node/log.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** a process that lived this long is healthy: its next death begins with the short pause again */
const HEALTHY_MS = 60_000;
const runsAsRoot = process.getuid?.() === 0;
/** of `chrt` (util-linux) */
const REALTIME = ['--rr', '1'];

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  stopSignal?: NodeJS.Signals;
  /** scheduling priority, -20 first to 19 last; below 0 only as root */
  nice?: number;
  /** before all that is not real-time (SCHED_RR, sched(7)), where that may be asked for; else `nice` holds */
  realtime?: true;
  /** the child sets its own parent-death signal (it changes its user namespace on the way) */
  ownDeathSignal?: boolean;
}

/** Asked to start something while everything is being stopped. */
export class Stopping extends Error {}

/**
 * Keeps child processes running. Each is in a session of its own, so that Ctrl-C reaches the launcher alone and the order
 * of stopping is ours. They get SIGKILL from the kernel when the launcher dies, however it dies (prctl PR_SET_PDEATHSIG
 * through setpriv), and leave pid and start time in `runDir` (which is there) so that a next start can tell its own
 * leftovers from strangers.
 */
export class Supervisor {
  readonly #log: Log;
  readonly #runDir: string;
  readonly #setpriv: boolean;
  readonly #realtime: boolean;
  #children = new Map<string, Child>();
  readonly #stopping = new AbortController();

  constructor(runDir: string, log: Log) {
    this.#runDir = runDir;
    this.#log = log;
    this.#setpriv = onPath('setpriv');
    this.#realtime = mayBeRealtime();
    if (!this.#setpriv) log.warn('setpriv (package util-linux) is missing: a killed launcher leaves its services running');
  }

  /** @throws Stopping after `beginStop` */
  start(spec: ProcessSpec): void {
    if (this.isStopping) throw new Stopping(`${spec.name} is not started: everything is being stopped`);
    const child = new Child(spec, this.#startedThrough(spec), this.#runDir, this.#log, () => this.isStopping);
    this.#children.set(spec.name, child);
    child.start();
  }

  /** Programs through which a process is started; each becomes the next. */
  #startedThrough({ realtime, nice, ownDeathSignal }: ProcessSpec): string[] {
    const priority =
      realtime && this.#realtime
        ? ['chrt', ...REALTIME]
        : nice !== undefined && (nice >= 0 || runsAsRoot)
          ? ['nice', '-n', String(nice)]
          : [];
    return [...priority, ...(this.#setpriv && !ownDeathSignal ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [])];
  }

  isRunning(name: string): boolean {
    return this.#children.get(name)?.isRunning ?? false;
  }

  /** What a process said last, in a line; '' when it said nothing. */
  lastWords(name: string): string {
    return this.#children.get(name)?.said ?? '';
  }

  /** The first child that has died this often since it was started, each time before it was healthy. */
  failing(deaths: number): { name: string; said: string } | undefined {
    for (const [name, child] of this.#children) if (child.deaths >= deaths) return { name, said: child.said };
    return undefined;
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid]));
  }

  /** From here on nothing is started, and nothing that dies is started again; what runs waits for its `stop`. */
  beginStop(): void {
    this.#stopping.abort();
  }

  /** aborted by `beginStop` */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Kills what runs and does not work any more; like anything that dies it is started again, after the shortest pause. */
  restart(name: string): void {
    this.#children.get(name)?.restart();
  }

  /** Starts at once what died and waits out its pause: the reason of the deaths is gone. */
  hurry(): void {
    for (const child of this.#children.values()) child.hurry();
  }

  /** Asks to end and waits; kills after the limit. */
  async stop(name: string, limitMs: number): Promise<void> {
    await this.#children.get(name)?.stop(limitMs);
    this.#children.delete(name);
  }
}

/** Lines that are kept of a process' output to tell of its death; a stack is long, and the reason stands above it. */
const KEPT_LINES = 60;
/** of a crash of Node: frames and what ends them */
const STACK = /^\s+at .|^\s*[{}]$|^Node\.js v/;
/** how long the output of a dead process is waited for: who inherited its pipe may hold it open */
const FLUSH_MS = 200;

class Child {
  readonly #spec: ProcessSpec;
  readonly #log: Log;
  readonly #file: string;
  readonly #startedThrough: string[];
  readonly #isStopping: () => boolean;
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #lines: Line[] = [];
  deaths = 0;

  constructor(spec: ProcessSpec, startedThrough: string[], runDir: string, log: Log, isStopping: () => boolean) {
    this.#spec = spec;
    this.#startedThrough = startedThrough;
    this.#log = log;
    this.#isStopping = isStopping;
    this.#file = join(runDir, `${spec.name}.json`);
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get said(): string {
    return saidLast(this.#lines);
  }

  start(): void {
    this.#timer = undefined;
    if (this.#stopped || this.#isStopping()) return;
    const { command, args, env, cwd, name } = this.#spec;
    const [file = '', ...words] = [...this.#startedThrough, command, ...args];
    const process = spawn(file, words, {
      cwd,
      env: childEnvironment(env ?? {}),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process = process;
    this.#lines = [];
    const startedAt = performance.now();
    if (process.pid !== undefined) writeFileSync(this.#file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
    forward(name, process, this.#log, (line) => {
      if (this.#lines.push(line) > KEPT_LINES) this.#lines.shift();
    });
    this.#exited = new Promise((done) => {
      const ended = async (why: object) => {
        rmSync(this.#file, { force: true });
        done();
        if (this.#stopped) return;
        await new Promise<void>((flushed) => {
          process.once('close', () => flushed());
          setTimeout(flushed, FLUSH_MS);
        });
        const isHealthy = performance.now() - startedAt > HEALTHY_MS;
        if (isHealthy) this.#pause = FIRST_PAUSE_MS;
        this.deaths = isHealthy ? 1 : this.deaths + 1;
        for (const line of this.#lines) if (!line.isLog && !STACK.test(line.text)) this.#log.warn(line.text, { part: name });
        const said = { ...why, said: this.said };
        if (this.#isStopping()) {
          this.#log.warn('a service died before it was told to stop', { part: name, ...said });
          return;
        }
        this.#log.error('a service died, starting it again', { part: name, ...said, inMs: this.#pause });
        this.#timer = setTimeout(() => this.start(), this.#pause);
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      };
      process.once('error', (error) => void ended({ error: error.message }));
      process.once('exit', (code, signal) => void ended({ code, signal }));
    });
  }

  hurry(): void {
    this.#pause = FIRST_PAUSE_MS;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.start();
  }

  restart(): void {
    this.#pause = FIRST_PAUSE_MS;
    if (this.isRunning) this.#process?.kill('SIGKILL');
  }

  async stop(limitMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (!this.isRunning) return;
    this.#process?.kill(this.#spec.stopSignal ?? 'SIGTERM');
    const limit = setTimeout(() => {
      this.#log.warn('a service did not stop in time, killing it', { part: this.#spec.name, limitMs });
      this.#process?.kill('SIGKILL');
    }, limitMs);
    await this.#exited;
    clearTimeout(limit);
  }
}

interface Line {
  text: string;
  /** a line of our own log; anything else is a server's, Node's or the kernel's word */
  isLog: boolean;
}

/** The reason of a death in one line: the last log line's, or of other output the line that names an error. */
function saidLast(lines: readonly Line[]): string {
  const last = lines.at(-1);
  if (!last) return '';
  if (last.isLog) {
    const { message, error } = JSON.parse(last.text) as { message?: string; error?: string };
    return [message, error].filter(Boolean).join(': ');
  }
  const other = lines.filter((line) => !line.isLog && !STACK.test(line.text)).map((line) => line.text.trim());
  return other.find((text) => /^\w*Error\b|\b(fatal|panic)\b/i.test(text)) ?? other.at(-1) ?? '';
}

/** A child's structured lines go on as they are, or as text where we write for people; other output is wrapped. */
function forward(name: string, child: ChildProcess, log: Log, keep: (line: Line) => void): void {
  const say = (text: string) => {
    if (text.trim() === '') return;
    const record = logRecord(text);
    keep({ text, isLog: record !== undefined });
    if (record === undefined) log.debug(text, { part: name });
    else process.stdout.write(`${log.format === 'text' ? formatText(record) : text}\n`);
  };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-65_536);
      lines.forEach(say);
    });
    stream?.on('end', () => say(rest));
  }
}

/** The record of a line that our own log wrote. */
function logRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{') || !line.includes('"service"')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/**
 * Start of a process in clock ticks since boot: with the pid it names one process for ever (proc(5), stat field 22). ''
 * when there is none, or only a zombie: in a container whose PID 1 does not reap, the dead stay in the table.
 */
export function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
  } catch {
    return '';
  }
}

/** Blocks until a process that was killed is gone; @returns false when it is still there after five seconds. */
export function isGone(pid: number, startTime: string): boolean {
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 250 && startTimeOf(pid) === startTime; i++) Atomics.wait(sleep, 0, 0, 20);
  return startTimeOf(pid) !== startTime;
}

/** Ends what an earlier launcher of this DATA_DIR left behind. Strangers are left alone: pid and start time must match. */
export function stopLeftovers(runDir: string, log: Log): void {
  for (const file of readdirSync(runDir).filter((f) => f.endsWith('.json') && f !== 'launcher.json')) {
    try {
      const { pid, startTime } = JSON.parse(readFileSync(join(runDir, file), 'utf8')) as { pid: number; startTime: string };
      if (startTime !== '' && startTimeOf(pid) === startTime) {
        log.warn('stopping a leftover of an earlier start', { part: file.slice(0, -5), pid });
        process.kill(pid, 'SIGKILL');
        // its ports are free only then
        isGone(pid, startTime);
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

/** Root may ask for it, but not in every container: found out by starting something that does nothing. */
function mayBeRealtime(): boolean {
  try {
    execFileSync('chrt', [...REALTIME, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
