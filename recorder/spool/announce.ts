import { watch } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { subjects } from '@callscope/core/bus/streams.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { recordingName } from '../capture/metadata.ts';
import { hashOf, type Spool } from './spool.ts';

const SWEEP_MS = 5_000;
const ORPHANS_MS = 60_000;
/** A name is told again after this, in case that its message is gone with the bus. */
const AGAIN_MS = 60_000;
/** nats-server's code for what a stream does not store; the text says why */
const NOT_STORED = 10_077;

/**
 * Tells the bus of every complete recording: at once where the kernel tells us of new files, and by looking every 5 s, since
 * on a network file system it does not. However many recorders tell, a file has one message until it is done.
 * @param onSweep how many wait, and since when this life has seen the oldest of them, ms by performance.now()
 */
export async function announceFiles(
  spool: Spool,
  bus: Bus,
  log: Log,
  stopping: AbortSignal,
  onSweep: (waiting: number, oldestAt: number | null) => void,
): Promise<void> {
  let told = new Map<string, number>();
  let seen = new Map<string, number>();
  const tell = async (name: string) => {
    if (performance.now() - (told.get(name) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    told.set(name, performance.now());
    try {
      await bus.js.publish(subjects.spoolFile(spool.id, hashOf(name)), JSON.stringify({ name }));
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NOT_STORED && error.message.includes('per subject')) return;
      told.delete(name);
      throw error;
    }
  };
  const watcher = watch(spool.metadataDir, (_, file) => {
    const name = file === null ? null : recordingName(file);
    // what fails here is found by looking
    if (name !== null) void tell(name).catch(() => undefined);
  });
  watcher.on('error', (error) => log.warn('the spool is not watched any more, only looked at', { error }));
  stopping.addEventListener('abort', () => watcher.close(), { once: true });
  let orphansAt = Number.NEGATIVE_INFINITY;
  while (!stopping.aborted) {
    try {
      if (performance.now() - orphansAt > ORPHANS_MS) {
        orphansAt = performance.now();
        const orphans = await spool.sweepOrphans(Date.now());
        if (orphans > 0) log.warn('recordings that a relay did not finish are taken as they are', { orphans });
      }
      const names = await spool.names();
      const now = performance.now();
      seen = new Map(names.map((name) => [name, seen.get(name) ?? now]));
      onSweep(names.length, names.length === 0 ? null : Math.min(...seen.values()));
      told = new Map(names.flatMap((name) => (told.has(name) ? [[name, told.get(name) as number]] : [])));
      for (const name of names) await tell(name);
    } catch (error) {
      if (!stopping.aborted) log.warn('the spool could not be looked through, trying again', { error });
    }
    await pause(SWEEP_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}
