import { isDeepStrictEqual } from 'node:util';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type KV as KvBucket, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { AuthorizationError, type ConnectionOptions, connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import {
  ACK_WAIT_MS,
  bytesOfStreams,
  DECODERS,
  DUPLICATE_WINDOW_MS,
  MAX_MESSAGE_BYTES,
  SNAPSHOTS,
  STREAM_SHARES,
  STREAMS,
  type StreamSpec,
} from '../bus/streams.ts';
import { readBusUrl } from './bus-address.ts';
import type { Log } from './log.ts';
import { redact } from './redact.ts';

export interface Bus {
  nc: NatsConnection;
  /** servers that keep a copy of a stream */
  replicas: number;
  js: JetStreamClient;
  jsm: JetStreamManager;
  kv(spec: { bucket: string; ttlMs: number }): Promise<KvBucket>;
  snapshots(): Promise<ObjectStore>;
  connected(): boolean;
  close(): Promise<void>;
}

/**
 * Connects and keeps trying for ever: a service waits for its bus, it does not die with it.
 * @param url NATS_URL
 */
export async function connectBus(url: string, name: string, log: Log): Promise<Bus> {
  const { replicas, ...address } = addressOf(url);
  const nc = await connect({
    ...address,
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
  const kept = { storage: StorageType.File, replicas };
  return {
    ...{ nc, js, jsm, replicas },
    kv: ({ bucket, ttlMs }) => kvm.create(bucket, { ...kept, ...(ttlMs > 0 && { ttl: ttlMs }) }),
    snapshots: () => new Objm(nc).create(SNAPSHOTS, kept),
    connected: () => up && !nc.isClosed(),
    close: async () => {
      if (!nc.isClosed()) await nc.drain().catch(() => nc.close());
    },
  };
}

function addressOf(url: string): Pick<ConnectionOptions, 'servers' | 'user' | 'pass' | 'tls'> & { replicas: number } {
  const address = readBusUrl(url);
  if (address === null) throw new Error(`${redact(url)} is no address of a bus`);
  const { isSecret, ...known } = address;
  return { ...known, ...(isSecret && { tls: {} }) };
}

/** A bus that answers and cannot do what we need, or does not let us in: waiting changes nothing. */
export class BusUnfit extends Error {}

/**
 * One try to connect: does the bus let us in, has it JetStream, and room for our largest message?
 * @throws BusUnfit, or the reason why it does not answer
 */
export async function askBus(url: string, limitMs: number): Promise<void> {
  let nc: NatsConnection;
  try {
    const { replicas: _, ...address } = addressOf(url);
    nc = await connect({ ...address, name: 'launch', reconnect: false, timeout: limitMs });
  } catch (cause) {
    throw cause instanceof AuthorizationError ? new BusUnfit('it refuses this user and password', { cause }) : cause;
  }
  try {
    if (nc.info?.jetstream !== true) throw new BusUnfit('it runs without JetStream: start nats-server with -js or a jetstream block');
    if (nc.info.max_payload < MAX_MESSAGE_BYTES)
      throw new BusUnfit(`it takes messages of ${nc.info.max_payload} bytes: set max_payload to at least ${MAX_MESSAGE_BYTES}`);
  } finally {
    await nc.close();
  }
}

/** Whether JetStream gives account of every stream in this time: it cannot when it is off, or one of them is locked. */
export function busAnswers(bus: Bus, limitMs: number): Promise<boolean> {
  const asked = bus.jsm.streams.list().next();
  return Promise.race([
    asked.then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((done) => setTimeout(done, limitMs, false)),
  ]);
}

/**
 * Creates or updates every stream and durable consumer. Safe to run twice and from several processes. All streams are made
 * small and grow together as far as the server has room, so that none takes the room of another; none is made smaller.
 * @throws when the server has no room for the smallest
 */
export async function ensureStreams(bus: Bus): Promise<void> {
  const [smallest, ...larger] = STREAM_SHARES;
  // while two processes make the same stream the server counts it twice
  for (let left = 10; !(await ensureAll(bus, smallest)); left--) {
    const needed = `${Math.ceil(bytesOfStreams(smallest) / 1e6)} MB of JetStream file storage`;
    if (left === 0) throw new Error(`the bus has no room for its streams: give it at least ${needed} (max_file_store)`);
    await new Promise((done) => setTimeout(done, 200 * Math.random()));
  }
  for (const share of larger) if (!(await ensureAll(bus, share))) break;
  await bus.jsm.consumers.add(DECODERS.stream, {
    durable_name: DECODERS.durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: DECODERS.maxAckPending,
    max_deliver: -1,
  });
}

/** @returns false when the server has no room for this share */
async function ensureAll(bus: Bus, share: number): Promise<boolean> {
  try {
    for (const spec of STREAMS) await ensureStream(bus, spec, spec.maxBytes * share);
    return true;
  } catch (error) {
    if (isApiError(error, ...NO_ROOM)) return false;
    throw error;
  }
}

async function ensureStream(bus: Bus, spec: StreamSpec, maxBytes: number): Promise<void> {
  const wanted = {
    name: spec.name,
    subjects: spec.subjects,
    discard: spec.maxPerSubject || spec.forgets ? DiscardPolicy.Old : DiscardPolicy.New,
    max_bytes: maxBytes,
    num_replicas: bus.replicas,
    max_age: nanos(spec.maxAgeMs),
    max_msgs_per_subject: spec.onePerSubject ? 1 : (spec.maxPerSubject ?? -1),
    discard_new_per_subject: spec.onePerSubject === true,
    duplicate_window: nanos(spec.maxAgeMs > 0 ? Math.min(DUPLICATE_WINDOW_MS, spec.maxAgeMs) : DUPLICATE_WINDOW_MS),
  };
  const { config: present } = await bus.jsm.streams.info(spec.name).catch(async (error) => {
    if (!isApiError(error, JetStreamApiCodes.StreamNotFound)) throw error;
    const retention = spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits;
    return bus.jsm.streams.add({ ...wanted, retention, storage: StorageType.File }).catch((error) => {
      // another process was faster, and may have let it grow already
      if (!isApiError(error, NAME_IN_USE, SUBJECTS_OVERLAP)) throw error;
      return madeByAnother(bus, spec.name, error);
    });
  });
  const next = { ...present, ...wanted, max_bytes: Math.max(maxBytes, present.max_bytes) };
  // an update writes the stream's settings anew, and where the disk is full it would lose them
  if (!isDeepStrictEqual(next, present)) await bus.jsm.streams.update(spec.name, next);
}

/** The server refuses a stream before it shows the one that is being made. @throws `refused` when there is none after all */
async function madeByAnother(bus: Bus, name: string, refused: unknown): Promise<StreamInfo> {
  for (let left = 20; ; left--) {
    try {
      return await bus.jsm.streams.info(name);
    } catch (error) {
      if (!isApiError(error, JetStreamApiCodes.StreamNotFound)) throw error;
      if (left === 0) throw refused;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** nats-server's error codes: insufficient storage; limits of the account, of the server */
const NO_ROOM = [10_047, 10_002, 10_023];
const NAME_IN_USE = 10_058;
const SUBJECTS_OVERLAP = 10_065;

function isApiError(error: unknown, ...codes: number[]): boolean {
  return error instanceof JetStreamApiError && codes.includes(error.code);
}
