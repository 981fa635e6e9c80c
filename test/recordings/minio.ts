import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from '../medium/stack.ts';

/** Whether a MinIO server is on PATH; what needs one is skipped without, and says so. */
export const HAS_MINIO = (() => {
  try {
    execFileSync('minio', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('SKIPPED, no S3 server is tested: minio is not on PATH (go install github.com/minio/minio@latest)');
    return false;
  }
})();

export interface Minio {
  port: number;
  url(bucket?: string, secret?: string): string;
  /** the server's own process: kill it, stand it still */
  pid(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A MinIO server with a bucket `recordings`. @param dir its data, also over a kill */
export async function startMinio(dir: string): Promise<Minio> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  // a folder is a bucket
  mkdirSync(join(dir, 'recordings'), { recursive: true });
  const minio: Minio = {
    port,
    url: (bucket = 'recordings', secret = 'secret+with/odd signs') =>
      `s3://keeper:${encodeURIComponent(secret)}@127.0.0.1:${port}/${bucket}`,
    pid: () => child?.pid ?? 0,
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => child?.once('exit', done));
      child.kill('SIGKILL');
      await ended;
    },
    start: async () => {
      child = spawn(
        'minio',
        ['server', '--quiet', '--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${await freePort()}`, dir],
        {
          env: {
            ...process.env,
            ...{ MINIO_ROOT_USER: 'keeper', MINIO_ROOT_PASSWORD: 'secret+with/odd signs', MINIO_UPDATE: 'off', MINIO_BROWSER: 'off' },
          },
          stdio: 'ignore',
        },
      );
      await until(
        'MinIO is ready',
        async () => (await fetch(`http://127.0.0.1:${port}/minio/health/ready`).catch(() => undefined))?.status === 200,
        60_000,
      );
    },
  };
  await minio.start();
  return minio;
}
