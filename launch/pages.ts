import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog, errorText, type Log } from '@callscope/core/node/log.ts';
import { onPath, startTimeOf } from './supervise.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const portal = join(root, 'portal');
const build = join(portal, 'build');
/** hashes of the source and of what was built from it */
const stamp = join(build, '.source');
const lock = join(portal, '.building');
/** What ends up in the browser; the rest is loaded by Node as it stands. */
const SOURCES = [
  'portal/src',
  'portal/static',
  'portal/vite.config.ts',
  'portal/package.json',
  'core/domain',
  'core/bus',
  'analytics',
  'package-lock.json',
];
const LIMIT_MS = 180_000;

/** The pages cannot be built; the message says what to do. */
export class PagesError extends Error {}

/**
 * Builds the portal's pages when their source has changed since the last build, or when what was built is not whole any
 * more. One build at a time: whoever comes second waits and finds it done.
 * @param anew builds also when nothing has changed
 * @throws PagesError with the build's own words
 */
export async function buildPages(log: Log, anew = false): Promise<void> {
  const source = sourceHash();
  if (!anew && isBuilt(source)) return;
  const release = await takeLock();
  try {
    if (!anew && isBuilt(source)) return;
    const began = performance.now();
    log.info(`building the portal's pages: ${reason(source)}`);
    await viteBuild();
    writeFileSync(stamp, `${source} ${buildHash()}`);
    log.info("the portal's pages are built", { seconds: Math.round((performance.now() - began) / 100) / 10 });
  } finally {
    release();
  }
}

function isBuilt(source: string): boolean {
  return readIfThere(stamp) === `${source} ${buildHash()}`;
}

function reason(source: string): string {
  const [built, output] = readIfThere(stamp).split(' ');
  if (built === '') return 'there are none yet';
  if (built !== source) return 'their source has changed';
  return output === buildHash() ? 'as asked' : 'what was built has been changed or is not whole';
}

/** Hash of what was built, without the stamp itself; '' when there is nothing that can be read. */
function buildHash(): string {
  return hashIfWhole(root, ['portal/build'], (path) => path !== 'portal/build/.source');
}

function sourceHash(): string {
  return hashOf(root, SOURCES, (path) => !path.endsWith('.test.ts'));
}

/** @returns '' when something is not there, or goes while it is read: another start is building at this moment, and has the lock */
export function hashIfWhole(base: string, paths: readonly string[], isWanted: (path: string) => boolean): string {
  try {
    return hashOf(base, paths, isWanted);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** Of the names and bytes of files below these paths. */
function hashOf(base: string, paths: readonly string[], isWanted: (path: string) => boolean): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const full = join(base, path);
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) add(`${path}/${name}`);
    else if (isWanted(path)) hash.update(path).update('\0').update(readFileSync(full)).update('\0');
  };
  paths.forEach(add);
  return hash.digest('hex');
}

function viteBuild(): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) throw new PagesError(`the portal's pages cannot be built: ${vite} is missing; run npm ci`);
  return new Promise((done, failed) => {
    const [file = '', ...args] = [
      // a launcher that is killed takes its build with it
      ...(onPath('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
      process.execPath,
      vite,
      'build',
      '--logLevel',
      'warn',
    ];
    const child = spawn(file, args, { cwd: portal, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    let words = '';
    const keep = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', failed);
    child.once('close', (code, signal) => {
      if (code === 0) done();
      else
        failed(
          new PagesError(
            `the portal's pages could not be built (${signal ?? `exit code ${code}`}): mend their source, or run npm ci\n${words.trim()}`,
          ),
        );
    });
  });
}

/** A file that holds who builds; one left by a builder that died is taken over. */
async function takeLock(): Promise<() => void> {
  for (;;) {
    const own = `${lock}.${process.pid}`;
    writeFileSync(own, `${process.pid} ${startTimeOf(process.pid)}`);
    try {
      // a link appears with its content: nobody sees an empty lock
      linkSync(own, lock);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const [pid, startTime = ''] = readIfThere(lock).split(' ');
      if (startTime === '' || startTimeOf(Number(pid)) !== startTime) rmSync(lock, { force: true });
      else await new Promise((again) => setTimeout(again, 200));
    } finally {
      rmSync(own, { force: true });
    }
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  try {
    await buildPages(createLog('build', { format: 'text' }), true);
  } catch (error) {
    console.error(errorText(error));
    process.exitCode = 1;
  }
}
