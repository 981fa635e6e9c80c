/**
 * npm test: the house checks, then tests in four sizes. Ends with what was skipped and why, and a line
 * "N passed, N failed".
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog } from '@callscope/core/node/log.ts';
import {
  CHROMIUM,
  ensurePackages,
  FAKETIME,
  FFMPEG,
  MissingPackages,
  NATS_SERVER,
  RTPENGINE,
  type SystemPackage,
  TSHARK,
} from '@callscope/launch/install.ts';
import { onPath } from '@callscope/launch/supervise.ts';
import { ROOT, STEPS, syncPages } from './check/steps.ts';
import { bringMinio } from './recordings/bring-minio.ts';

const SIZES = ['unit', 'medium', 'browser', 'large'] as const;
/** only when it is asked for: it takes the better part of an hour */
const FAULTS = 'faults';
type Size = (typeof SIZES)[number] | typeof FAULTS;
/** a run that hangs is ended and counts as failed */
const LIMIT_MS: Record<Size, number> = {
  unit: 5 * 60_000,
  medium: 40 * 60_000,
  browser: 40 * 60_000,
  large: 30 * 60_000,
  faults: 120 * 60_000,
};

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numTotalTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(`npm test [-- --check] [-- --unit] [-- --medium] [-- --browser] [-- --large] [-- --faults]
Without options: everything but the faults under load (npm run test:faults). Missing Debian packages (nats-server; tshark, rtpengine,
chromium; faketime) are installed as root or with passwordless sudo, after the command was printed; a server that speaks S3 is built with Go where it is there. NO_INSTALL=1 turns that off.`);
  process.exit(0);
}
const wanted = (name: string) => args.length === 0 || args.includes(`--${name}`);
/** sizes that run only when they are named */
const asked: Size[] = args.includes(`--${FAULTS}`) ? [FAULTS] : [];
const log = createLog('test', { format: 'text' });
const skipped: string[] = [];
let passed = 0;
let failed = 0;

if (wanted('check')) {
  for (const step of STEPS) {
    const started = performance.now();
    const problems = step.run();
    console.log(
      `${problems.length === 0 ? 'passed' : 'FAILED'}  check: ${step.name}  ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    for (const problem of problems) console.log(problem);
    if (problems.length === 0) passed++;
    else failed++;
  }
}

const noInstall = process.env.NO_INSTALL === '1';
if (['medium', 'browser', 'large', ...asked].some(wanted)) {
  try {
    ensurePackages([NATS_SERVER], noInstall, log);
  } catch (error) {
    if (!(error instanceof MissingPackages)) throw error;
    console.log(`FAILED  the tests need a bus: ${error.message}`);
    failed++;
  }
  bring(TSHARK, "tshark's reading of exported captures");
  bring(RTPENGINE, 'what an agent tells rtpengine');
  const noMinio = bringMinio(noInstall, log);
  if (noMinio !== null) skipped.push(`an archive that speaks S3: ${noMinio}`);
}
if ([...SIZES, ...asked].some(wanted)) bring(FFMPEG, 'audio of recordings');
if (asked.includes(FAULTS)) bring(FAKETIME, 'a clock that is stepped');
if (wanted('browser')) bring(CHROMIUM, 'tests in the browser');

const pages = wanted('unit') ? syncPages() : [];
for (const problem of pages) console.log(`FAILED  the pages' types: ${problem}`);
failed += pages.length;

for (const size of [...SIZES, ...asked]) {
  if (!wanted(size)) continue;
  if (size !== 'unit' && !onPath('nats-server')) {
    skipped.push(`${size}: nats-server is missing`);
    continue;
  }
  await runSize(size);
}

for (const line of skipped) console.log(`skipped: ${line}`);
if (skipped.length === 0) console.log('skipped: nothing');
if (passed + failed === 0) {
  console.log('no test ran');
  failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** The tests that need it say so too, and count as skipped. @param what is skipped without it */
function bring(needed: SystemPackage, what: string): void {
  try {
    ensurePackages([needed], noInstall, log);
  } catch (error) {
    if (!(error instanceof MissingPackages)) throw error;
    skipped.push(`${what}: ${error.message}`);
  }
}

async function runSize(size: Size): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'callscope-test-'));
  const file = join(dir, 'report.json');
  const started = performance.now();
  const vitest = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)),
      'run',
      '--project',
      size,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  const limit = setTimeout(() => {
    console.log(`FAILED  ${size}: not done in ${LIMIT_MS[size] / 60_000} minutes, ended`);
    vitest.kill('SIGKILL');
  }, LIMIT_MS[size]);
  const code = await new Promise<number | null>((done) => vitest.once('exit', done));
  clearTimeout(limit);
  if (!existsSync(file)) {
    console.log(`FAILED  ${size}: no report (exit code ${code})`);
    failed++;
  } else {
    const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    for (const suite of report.testResults) {
      // a file that fails before its first test has no failed test
      if (suite.status === 'failed' && suite.assertionResults.every((t) => t.status !== 'failed')) {
        failed++;
        console.log(`FAILED  ${suite.name}: ${suite.message ?? ''}`);
      }
      for (const test of suite.assertionResults)
        if (test.status === 'skipped' || test.status === 'pending' || test.status === 'todo')
          skipped.push(`${suite.name}: ${test.fullName}`);
    }
    if (code !== 0 && report.numFailedTests === 0 && report.testResults.every((s) => s.status !== 'failed')) {
      failed++;
      console.log(`FAILED  ${size}: vitest ended with ${code}`);
    }
  }
  console.log(`${size}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  rmSync(dir, { recursive: true, force: true });
}
