import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOfStreams, MAX_MESSAGE_BYTES, STREAM_SHARES } from '@callscope/core/bus/streams.ts';
import { secret } from './secrets.ts';
import type { ProcessSpec } from './supervise.ts';

/** beside the streams: KV and snapshots */
const OTHER_BYTES = 1_000_000_000;
const MOST_BYTES = bytesOfStreams(1) + OTHER_BYTES;
const LEAST_BYTES = bytesOfStreams(STREAM_SHARES[0]) + 50_000_000;

/** The embedded bus: JetStream on disk, one user, loopback only, a configuration of our own. */
export function natsServer(dataDir: string, port: number): { spec: ProcessSpec; url: string } {
  const store = join(dataDir, 'nats');
  mkdirSync(store, { recursive: true });
  const password = secret(dataDir, 'nats');
  const config = join(dataDir, 'nats.conf');
  writeFileSync(
    config,
    `host: 127.0.0.1
port: ${port}
server_name: callscope
max_payload: ${MAX_MESSAGE_BYTES}
max_pending: 268435456
write_deadline: "20s"
authorization { user: callscope, password: "${password}" }
jetstream {
  store_dir: "${store}"
  max_memory_store: 67108864
  max_file_store: ${storeBytes(store, config)}
}
`,
    { mode: 0o600 },
  );
  return {
    spec: { name: 'nats', command: 'nats-server', args: ['-c', config], stopSignal: 'SIGTERM' },
    url: `nats://callscope:${password}@127.0.0.1:${port}`,
  };
}

/**
 * What JetStream may reserve: half of the disk's free room, never less than at an earlier start. A server that may reserve
 * less than its streams have does not load them, and a later one with the same name begins empty.
 */
function storeBytes(store: string, config: string): number {
  const { bavail, bsize } = statfsSync(store);
  const before = existsSync(config) ? Number(/max_file_store: (\d+)/.exec(readFileSync(config, 'utf8'))?.[1] ?? 0) : 0;
  return Math.max(before, LEAST_BYTES, Math.min(MOST_BYTES, Math.floor((bavail * bsize) / 2)));
}
