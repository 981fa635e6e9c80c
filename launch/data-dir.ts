import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startTimeOf } from './supervise.ts';

export class DataDirError extends Error {}

const LEAST_FREE_BYTES = 200_000_000;

/** Makes DATA_DIR and sees that it can be used. @throws DataDirError saying what to do */
export function checkDataDir(dataDir: string): void {
  try {
    makeDirectory(dataDir);
  } catch (cause) {
    throw new DataDirError(`DATA_DIR ${dataDir} cannot be made: choose a directory that this user may write`, { cause });
  }
  if (!statSync(dataDir).isDirectory()) throw new DataDirError(`DATA_DIR ${dataDir} is not a directory`);
  try {
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    writeFileSync(join(dataDir, '.writable'), '');
    rmSync(join(dataDir, '.writable'));
  } catch (cause) {
    throw new DataDirError(`DATA_DIR ${dataDir} is not writable for this user`, { cause });
  }
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < LEAST_FREE_BYTES)
    throw new DataDirError(
      `DATA_DIR ${dataDir} has ${Math.floor((bavail * bsize) / 1e6)} MB free: at least ${LEAST_FREE_BYTES / 1e6} MB are needed`,
    );
}

/**
 * Step by step: Node's own `recursive` never comes back where a directory says ENOENT although it is there (/proc), because
 * it then makes the parent again and again.
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** One launcher a DATA_DIR. @returns gives it up again. @throws DataDirError naming the other one */
export function claim(runDir: string, dataDir: string): () => void {
  mkdirSync(runDir, { recursive: true });
  const file = join(runDir, 'launcher.json');
  try {
    const other = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; startTime: string };
    if (other.startTime !== '' && startTimeOf(other.pid) === other.startTime)
      throw new DataDirError(`DATA_DIR ${dataDir} is in use by another start (pid ${other.pid}): stop it, or choose another DATA_DIR`);
  } catch (error) {
    if (error instanceof DataDirError) throw error;
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  return () => rmSync(file, { force: true });
}
