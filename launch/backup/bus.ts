import { KV, STREAM_SHARES, STREAMS, subjects } from '@callscope/core/bus/streams.ts';
import { type Bus, ensureStreams } from '@callscope/core/node/nats.ts';
import { restoreStream, snapshotOf } from '@callscope/core/node/stream-snapshot.ts';
import { BackupError, type BackupFile, type Manifest, readPart, type StreamPart, textOf, writePart } from './files.ts';

type Cut = Manifest['cuts'][number];
type Bucket = keyof typeof KV;

const LOOK_EVERY_MS = 200;
/** an assembler saves its position some seconds after a message (SNAPSHOT_SECONDS) */
const SNAPSHOT_LIMIT_MS = 30_000;
/** what an assembler's saved position is called: `runAssembler` */
const PREFIX = 'assembler.';

/** A stream into a file. @param consumers whether its readers' positions go with it */
export async function dumpStream(bus: Bus, dir: string, name: string, consumers: boolean): Promise<StreamPart> {
  const { config, state, chunks } = await snapshotOf(bus.nc, name, consumers);
  return { name, config, state, file: await writePart(dir, `bus/${name}.zst`, chunks) };
}

/**
 * Where each assembler stands: the book that it saved, whole. One that a build saved that did not say its time yet is asked to
 * save another, by an empty message of its stream.
 * @throws BackupError when it does not
 */
export async function dumpPositions(bus: Bus, dir: string): Promise<Cut[]> {
  const store = await bus.snapshots();
  const cuts: Cut[] = [];
  for (const { name } of await store.list()) {
    if (!name.startsWith(PREFIX)) continue;
    const group = name.slice(PREFIX.length);
    const limit = performance.now() + SNAPSHOT_LIMIT_MS;
    for (let asked = false; ; ) {
      const before = await store.info(name);
      const { seq, timeMs } = before?.metadata ?? {};
      const bytes = await store.getBlob(name);
      // another one may have taken its place while it was read
      if (seq !== undefined && timeMs !== undefined && bytes && (await store.info(name))?.nuid === before?.nuid) {
        cuts.push({ group, seq: Number(seq), timeMs: Number(timeMs), file: await writePart(dir, `bus/position-${group}.zst`, [bytes]) });
        break;
      }
      if (performance.now() > limit)
        throw new BackupError(`the assembler of group ${group} does not save where it is: start it, and back up again`);
      if (!asked) await bus.js.publish(subjects.tick(group), new Uint8Array());
      asked = true;
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
  }
  return cuts;
}

/** What stands in some buckets, in JSON: bucket → key → value in base64. */
export async function readBuckets(bus: Bus, names: readonly Bucket[]): Promise<Record<string, Record<string, string>>> {
  const out: Record<string, Record<string, string>> = {};
  for (const name of names) {
    const kv = await bus.kv(KV[name]);
    const entries: Record<string, string> = {};
    for await (const key of await kv.keys()) {
      const entry = await kv.get(key);
      if (entry?.operation === 'PUT') entries[key] = Buffer.from(entry.value).toString('base64');
    }
    out[name] = entries;
  }
  return out;
}

/** @throws BackupError when the bus has a stream of ours already */
export async function requireEmptyBus(bus: Bus): Promise<void> {
  const ours = new Set<string>(STREAMS.map((s) => s.name));
  for await (const { config } of bus.jsm.streams.list())
    if (ours.has(config.name))
      throw new BackupError(`the bus of NATS_URL has the stream ${config.name} already: a restore takes a bus without ours`);
}

/** Streams with their sequences, positions and buckets, as they were; then what else belongs on a bus. */
export async function loadBus(bus: Bus, dir: string, manifest: Pick<Manifest, 'streams' | 'cuts' | 'buckets'>): Promise<void> {
  for (const { name, config, state, file } of manifest.streams) {
    const most = STREAMS.find((s) => s.name === name)?.maxBytes ?? 0;
    // as small as it may be, so that it fits on a smaller disk; with the others it grows as far as there is room
    const bounds = { max_bytes: Math.max(Math.ceil(state.bytes * 1.1), Math.floor(most * STREAM_SHARES[0])) };
    await restoreStream(bus.nc, { name, config: { ...config, ...bounds }, state }, readPart(dir, file));
  }
  const buckets = JSON.parse(await textOf(dir, manifest.buckets)) as Record<Bucket, Record<string, string>>;
  for (const [name, entries] of Object.entries(buckets)) {
    const kv = await bus.kv(KV[name as Bucket]);
    for (const [key, value] of Object.entries(entries)) await kv.put(key, Buffer.from(value, 'base64'));
  }
  const store = await bus.snapshots();
  for (const { group, seq, timeMs, file } of manifest.cuts) await putPosition(store, group, seq, timeMs, dir, file);
  await ensureStreams(bus);
}

async function putPosition(
  store: Awaited<ReturnType<Bus['snapshots']>>,
  group: string,
  seq: number,
  timeMs: number,
  dir: string,
  file: BackupFile,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of readPart(dir, file)) pieces.push(piece as Buffer);
  await store.putBlob({ name: `${PREFIX}${group}`, metadata: { seq: String(seq), timeMs: String(timeMs) } }, Buffer.concat(pieces));
}
