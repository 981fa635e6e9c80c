import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { startTimeOf } from './supervise.ts';

export class DataDirError extends Error {}

/** In a DATA_DIR that a restore has not finished. */
const UNFINISHED = '.restoring';

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
  if (existsSync(join(dataDir, UNFINISHED)))
    throw new DataDirError(`DATA_DIR ${dataDir} is half of a restore that did not end: empty it and restore again`);
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

const fileOf = (runDir: string) => join(runDir, 'launcher.json');

/** Pid of the launcher that lives and has claimed a DATA_DIR; null when none has. */
export function holderOf(runDir: string): number | null {
  try {
    const other = JSON.parse(readFileSync(fileOf(runDir), 'utf8')) as { pid: number; startTime: string };
    return other.startTime !== '' && startTimeOf(other.pid) === other.startTime ? other.pid : null;
  } catch {
    return null;
  }
}

/** One launcher a DATA_DIR. @returns gives it up again. @throws DataDirError naming the other one */
export function claim(runDir: string, dataDir: string): () => void {
  mkdirSync(runDir, { recursive: true });
  const file = fileOf(runDir);
  const other = holderOf(runDir);
  if (other !== null)
    throw new DataDirError(`DATA_DIR ${dataDir} is in use by another start (pid ${other}): stop it, or choose another DATA_DIR`);
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  return () => rmSync(file, { force: true });
}

/**
 * Marks a DATA_DIR as being filled from a backup: until `finishRestore` nothing starts in it.
 * @param keep files under it that may be there already @throws DataDirError when anything else is
 */
export function beginRestore(dataDir: string, keep: readonly string[]): void {
  const found = existsSync(dataDir)
    ? readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter((e) => !e.isDirectory())
        .map((e) => relative(dataDir, join(e.parentPath, e.name)))
    : [];
  const other = found.find((file) => !keep.includes(file));
  if (other !== undefined)
    throw new DataDirError(
      `DATA_DIR ${dataDir} is not empty (${other}): a restore takes an empty one, or one with ${keep.join(', ')} alone`,
    );
  checkDataDir(dataDir);
  writeFileSync(join(dataDir, UNFINISHED), '');
}

export function finishRestore(dataDir: string): void {
  rmSync(join(dataDir, UNFINISHED));
}
