import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from '@callscope/launch/supervise.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../medium/stack.ts';
import { putCompanies } from '../reliable-edge.ts';
import { allThere, underLoad } from './load.ts';

/** parts and what their command lines are known by */
const SCRIPTS: Record<string, string> = {
  edge: 'main-edge.ts',
  decoder: 'main-decoder.ts',
  assembler: 'main-assembler.ts',
  portal: 'portal/main.ts',
  jobs: 'jobs/main.ts',
};
const STEPPED = Object.keys(SCRIPTS);
const HOUR = 3_600;

/** Debian's package faketime brings it in a folder of the architecture. */
function library(): string | null {
  for (const folder of existsSync('/usr/lib') ? readdirSync('/usr/lib') : []) {
    const file = `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`;
    if (existsSync(file)) return file;
  }
  return null;
}
const faketime = library();
const missing = faketime === null || !onPath('setpriv');
if (missing) console.warn('SKIPPED, a stepped clock is not tested: libfaketime (package faketime) or setpriv is not there');

const dir = mkdtempSync(join(tmpdir(), 'callscope-clock-'));
const clockOf = (part: string) => join(dir, part);
let stack: Stack | undefined;

/** Seconds by which the part's clock is wrong from now on; the file is there whole at any time. */
function step(part: string, seconds: number): void {
  writeFileSync(`${clockOf(part)}.next`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  renameSync(`${clockOf(part)}.next`, clockOf(part));
}

beforeAll(async () => {
  if (missing) return;
  for (const part of STEPPED) step(part, 0);
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  // the launcher starts each part through setpriv: the one that is found first gives the part a clock of its own, and is the real one then
  writeFileSync(
    join(bin, 'setpriv'),
    `#!/bin/sh
clock=
case "$*" in
${STEPPED.map((part) => `*${SCRIPTS[part]}*) clock=${clockOf(part)} ;;`).join('\n')}
esac
PATH=\${PATH#*:}
[ -z "$clock" ] || export LD_PRELOAD=${faketime} FAKETIME_TIMESTAMP_FILE="$clock" FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1
exec setpriv "$@"
`,
    { mode: 0o755 },
  );
  stack = await startStack({ env: { PATH: `${bin}:${process.env.PATH}` } });
  await putCompanies(stack);
});
afterAll(async () => {
  await stack?.end();
  rmSync(dir, { recursive: true, force: true });
});

const sleep = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1_000));
const sent: string[] = [];

test.skipIf(missing).each(STEPPED)(
  "%s' clock is stepped an hour ahead, then back behind: ledger closed and calls as sent",
  async (part) => {
    const running = stack as Stack;
    const calls = await underLoad(
      () => running,
      {},
      async () => {
        expect(readFileSync(`/proc/${running.pidOf(part)}/maps`, 'utf8')).toContain('libfaketime');
        for (const seconds of [HOUR, -HOUR, 0]) {
          step(part, seconds);
          await sleep(8);
        }
      },
    );
    sent.push(...calls);
    await allThere(running, sent);
  },
);
