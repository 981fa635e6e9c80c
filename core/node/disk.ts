import { statfs } from 'node:fs/promises';

/**
 * Below this nothing more is taken in: what is left is for what was taken already (blocks on their way into the store,
 * its merges, snapshots, PostgreSQL's log), and for the servers to live on.
 */
export const RESERVED_BYTES = 100_000_000;
const LOOK_EVERY_MS = 500;

/** What is wrong with the disk under DATA_DIR, for people; null when it has room, or is not here to be looked at. */
export async function diskShortage(dataDir: string): Promise<string | null> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    return free < RESERVED_BYTES
      ? `DATA_DIR ${dataDir} has ${Math.floor(free / 1e6)} MB free, ${RESERVED_BYTES / 1e6} MB are needed: make room there`
      : null;
  } catch {
    return null;
  }
}

/** Looks twice a second. @param tell called with every change, the first one included when there is no room at the start */
export function watchDisk(dataDir: string, tell: (shortage: string | null) => void): { stop(): void } {
  let known: string | null = null;
  const look = async () => {
    const shortage = await diskShortage(dataDir);
    if (shortage !== known) tell(shortage);
    known = shortage;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  void look();
  return { stop: () => clearInterval(timer) };
}
