import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callscope/core/node/log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ProcessSpec, Stopping, Supervisor, startTimeOf } from './supervise.ts';

interface LogRecord {
  level: string;
  message: string;
  part?: string;
  said?: string;
  code?: number;
}

let dir: string;
let lines: LogRecord[];
let supervisor: Supervisor;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'callscope-'));
  lines = [];
  supervisor = new Supervisor(dir, createLog('launch', { format: 'json', write: (line) => lines.push(JSON.parse(line) as LogRecord) }));
});
afterEach(async () => {
  supervisor.beginStop();
  await Promise.all(Object.keys(supervisor.pids()).map((name) => supervisor.stop(name, 1_000)));
  rmSync(dir, { recursive: true, force: true });
});

const node = (name: string, script: string): ProcessSpec => ({ name, command: process.execPath, args: ['-e', script] });

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`in vain; the log: ${JSON.stringify(lines)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

const deaths = () => lines.filter((line) => line.message === 'a service died, starting it again');

const MISSING = 'file:///nowhere.ts';

test.each([
  [
    'of a server, without an end of line',
    'process.stderr.write("starting\\n[FTL] fatal: no room for it"); process.exit(3)',
    '[FTL] fatal: no room for it',
  ],
  ['of Node, above its stack and version', 'null.x', "TypeError: Cannot read properties of null (reading 'x')"],
  ['of a module that is missing', `import(${JSON.stringify(MISSING)})`, "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/nowhere.ts'"],
  [
    'of our own log',
    `console.log(JSON.stringify({ level: 'error', service: 'x', message: 'cannot start', error: 'port 1 is taken' })); process.exit(1)`,
    'cannot start: port 1 is taken',
  ],
])('a death is logged with the last words %s', async (_, script, said) => {
  supervisor.start(node('part', script));
  await until(() => deaths().length >= 1);
  expect(deaths()[0]).toMatchObject({ level: 'error', part: 'part', said: expect.stringContaining(said) });
  if (!script.includes('service')) expect(lines.some((line) => line.level === 'warn' && line.message.includes(said))).toBe(true);
});

test('what dies again and again is named with its reason', async () => {
  supervisor.start(node('part', 'console.error("Error: never"); process.exit(1)'));
  await until(() => supervisor.failing(2) !== undefined);
  expect(supervisor.failing(2)).toEqual({ name: 'part', said: 'Error: never' });
});

test('once everything is being stopped nothing is started, or started again', async () => {
  const file = join(dir, 'lives');
  supervisor.start(node('part', `require('node:fs').appendFileSync(${JSON.stringify(file)}, 'x'); setInterval(() => undefined, 1000)`));
  const lives = () => {
    try {
      return readFileSync(file, 'utf8').length;
    } catch {
      return 0;
    }
  };
  await until(() => lives() === 1);
  supervisor.beginStop();
  process.kill(supervisor.pids().part as number, 'SIGKILL');
  await until(() => lines.some((line) => line.message === 'a service died before it was told to stop'));
  // longer than the first pause
  await new Promise((done) => setTimeout(done, 600));
  expect([lives(), deaths()]).toEqual([1, []]);
  expect(() => supervisor.start(node('other', ''))).toThrow(Stopping);
});

test('children are in sessions of their own: a Ctrl-C is not theirs', async () => {
  supervisor.start(node('part', 'setInterval(() => undefined, 1000)'));
  const pid = supervisor.pids().part as number;
  await until(() => startTimeOf(pid) !== '');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // proc(5): fields 5 and 6 are process group and session
  expect(
    stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(2, 4),
  ).toEqual([String(pid), String(pid)]);
});

/** `policy` of sched(7), field 41 of /proc/PID/stat: 2 is SCHED_RR. */
const policyOf = (pid: number) =>
  Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[38],
  );

test.runIf(process.getuid?.() === 0)(
  'what must never wait is started in real time, or by its priority where that is not allowed',
  async () => {
    const mayBe = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;
    supervisor.start({ ...node('first', 'setInterval(() => 0, 1e6)'), nice: -10, realtime: true });
    supervisor.start({ ...node('other', 'setInterval(() => 0, 1e6)'), nice: 5 });
    await until(() => policyOf(supervisor.pids().first ?? 0) === (mayBe ? 2 : 0));
    expect(policyOf(supervisor.pids().other ?? 0)).toBe(0);
  },
);
