import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Log } from '@callscope/core/node/log.ts';
import { onPath } from '@callscope/launch/supervise.ts';

/** The server that tests of S3 speak with; a version, so that tests do not change by themselves. It is built, never kept here. */
const MINIO = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
const BUILD_LIMIT_MS = 30 * 60_000;
const GO_PLACES = ['/usr/local/go/bin', '/usr/lib/go/bin'];

/**
 * Makes sure that tests find `minio` on PATH: one that is there, one that an earlier run built, or one built now, once for this
 * machine and some minutes long, where Go is there.
 * @returns null, or why there is none
 */
export function bringMinio(noInstall: boolean, log: Log): string | null {
  if (onPath('minio')) return null;
  const dir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'callscope', MINIO.slice(MINIO.indexOf('@') + 1));
  if (!existsSync(join(dir, 'minio'))) {
    if (noInstall) return 'minio is not on PATH, and NO_INSTALL=1 is set';
    const go = onPath('go') ? 'go' : GO_PLACES.map((place) => join(place, 'go')).find((file) => existsSync(file));
    if (go === undefined) return 'minio is not on PATH, and there is no Go to build it';
    log.info(`building a server that speaks S3, once for this machine: GOBIN=${dir} go install ${MINIO}`);
    mkdirSync(dir, { recursive: true });
    try {
      execFileSync(go, ['install', MINIO], {
        env: { ...process.env, GOBIN: dir },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: BUILD_LIMIT_MS,
      });
    } catch (cause) {
      return `minio could not be built: ${String((cause as { stderr?: Buffer }).stderr ?? cause).slice(-300)}`;
    }
  }
  process.env.PATH = [process.env.PATH, dir].join(delimiter);
  return null;
}
