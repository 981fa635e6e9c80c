import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog, type Log } from '@callscope/core/node/log.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const portal = join(root, 'portal');
const stamp = join(portal, 'build/.source');
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

/**
 * Builds the portal's pages when their source has changed since the last build. One build at a time: whoever comes second
 * waits and finds it done.
 * @throws with the build's own words
 */
export async function buildPages(log: Log): Promise<void> {
  const source = sourceHash();
  if (isBuilt(source)) return;
  const release = await takeLock();
  try {
    if (isBuilt(source)) return;
    const began = performance.now();
    log.info("building the portal's pages: their source has changed");
    await viteBuild();
    writeFileSync(stamp, source);
    log.info("the portal's pages are built", { seconds: Math.round((performance.now() - began) / 100) / 10 });
  } finally {
    release();
  }
}

function isBuilt(source: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === source;
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const full = join(root, path);
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) add(`${path}/${name}`);
    else if (!path.endsWith('.test.ts')) hash.update(path).update('\0').update(readFileSync(full)).update('\0');
  };
  for (const path of SOURCES) add(path);
  return hash.digest('hex');
}

function viteBuild(): Promise<void> {
  return new Promise((done, failed) => {
    const vite = spawn(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
      cwd: portal,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let words = '';
    const keep = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-20_000);
    };
    vite.stdout.on('data', keep);
    vite.stderr.on('data', keep);
    vite.once('error', failed);
    vite.once('exit', (code, signal) => {
      if (code === 0) done();
      else failed(new Error(`the portal's pages could not be built (${code ?? signal})\n${words}`));
    });
  });
}

/** A file that holds the builder's pid; one left by a builder that died is taken over. */
async function takeLock(): Promise<() => void> {
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (!isAlive(Number(readIfThere(lock)))) rmSync(lock, { force: true });
      else await new Promise((again) => setTimeout(again, 200));
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

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) await buildPages(createLog('build', { format: 'text' }));
