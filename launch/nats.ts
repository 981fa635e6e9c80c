import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES } from '@callscope/core/bus/streams.ts';
import { secret } from './secrets.ts';
import type { ProcessSpec } from './supervise.ts';

const GB = 1_000_000_000;
/** what the streams may fill together at most (core/bus/streams.ts), with room for KV and snapshots */
const STORE_BYTES = 24 * GB;

/** The embedded bus: JetStream on disk, one user, loopback only, a configuration of our own. */
export function natsServer(dataDir: string, port: number): { spec: ProcessSpec; url: string } {
  const store = join(dataDir, 'nats');
  mkdirSync(store, { recursive: true });
  const password = secret(dataDir, 'nats');
  const disk = statfsSync(store);
  const free = disk.bavail * disk.bsize;
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
  max_file_store: ${Math.max(GB, Math.min(STORE_BYTES, Math.floor(free * 0.9)))}
}
`,
    { mode: 0o600 },
  );
  return {
    spec: { name: 'nats', command: 'nats-server', args: ['-c', config], stopSignal: 'SIGTERM' },
    url: `nats://callscope:${password}@127.0.0.1:${port}`,
  };
}
