import {
  AckPolicy,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type KV as KvBucket, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import { ACK_WAIT_MS, DECODERS, DUPLICATE_WINDOW_MS, SNAPSHOTS, STREAMS } from '../bus/streams.ts';
import type { Log } from './log.ts';

export interface Bus {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  kv(spec: { bucket: string; ttlMs: number }): Promise<KvBucket>;
  snapshots(): Promise<ObjectStore>;
  connected(): boolean;
  close(): Promise<void>;
}

/**
 * Connects and keeps trying for ever: a service waits for its bus, it does not die with it.
 * @param url nats://user:password@host:port
 */
export async function connectBus(url: string, name: string, log: Log): Promise<Bus> {
  const parsed = new URL(url);
  const nc = await connect({
    servers: `${parsed.hostname}:${parsed.port || '4222'}`,
    ...(parsed.username ? { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) } : {}),
    name,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
    pingInterval: 10_000,
    maxPingOut: 3,
  });
  let up = true;
  (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        up = false;
        log.warn('bus connection lost, reconnecting', { url: redact(url) });
      } else if (status.type === 'reconnect') {
        up = true;
        log.info('bus connection is back', { url: redact(url) });
      }
    }
  })().catch(() => undefined);
  const js = jetstream(nc, { timeout: 10_000 });
  const jsm = await jetstreamManager(nc, { timeout: 10_000, checkAPI: false });
  const kvm = new Kvm(nc);
  return {
    nc,
    js,
    jsm,
    kv: (spec) => kvm.create(spec.bucket, spec.ttlMs > 0 ? { ttl: spec.ttlMs, storage: StorageType.File } : { storage: StorageType.File }),
    snapshots: () => new Objm(nc).create(SNAPSHOTS, { storage: StorageType.File }),
    connected: () => up && !nc.isClosed(),
    close: async () => {
      if (!nc.isClosed()) await nc.drain().catch(() => nc.close());
    },
  };
}

/** Creates or updates every stream and durable consumer. Safe to run twice and from several processes. */
export async function ensureStreams(bus: Bus): Promise<void> {
  for (const spec of STREAMS) {
    const config = {
      name: spec.name,
      subjects: spec.subjects,
      retention: spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: spec.maxPerSubject ? DiscardPolicy.Old : DiscardPolicy.New,
      max_bytes: spec.maxBytes,
      max_age: nanos(spec.maxAgeMs),
      max_msgs_per_subject: spec.maxPerSubject ?? -1,
      duplicate_window: nanos(spec.maxAgeMs > 0 ? Math.min(DUPLICATE_WINDOW_MS, spec.maxAgeMs) : DUPLICATE_WINDOW_MS),
    };
    for (let maxBytes = spec.maxBytes; ; maxBytes = Math.floor(maxBytes / 2)) {
      try {
        await addStream(bus, { ...config, max_bytes: maxBytes });
        break;
      } catch (error) {
        // a small disk: half the room is better than none
        if (!/insufficient storage|10047/i.test(String(error)) || maxBytes < SMALLEST_STREAM) throw error;
      }
    }
  }
  await bus.jsm.consumers.add(DECODERS.stream, {
    durable_name: DECODERS.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: DECODERS.maxAckPending,
    max_deliver: -1,
  });
}

const SMALLEST_STREAM = 64 * 1024 * 1024;

async function addStream(bus: Bus, config: Parameters<JetStreamManager['streams']['add']>[0] & { name: string }): Promise<void> {
  try {
    await bus.jsm.streams.add(config);
  } catch (error) {
    // the stream exists with other settings: bring it to today's, its messages stay
    if (!/already in use/i.test(String(error))) throw error;
    const { max_bytes: _size, retention: _retention, storage: _storage, name, ...changeable } = config;
    const { config: present } = await bus.jsm.streams.info(name);
    await bus.jsm.streams.update(name, { ...present, ...changeable });
  }
}

/** A URL without its password, for logs. */
export function redact(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = '***';
    return parsed.toString();
  } catch {
    return '(not a URL)';
  }
}
