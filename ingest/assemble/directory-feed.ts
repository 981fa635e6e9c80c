import { DIRECTORY, KV, subjects } from '@callscope/core/bus/streams.ts';
import { Directories, type DirectorySnapshot, directorySnapshotSchema } from '@callscope/core/domain/directory.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { DeliverPolicy } from '@nats-io/jetstream';

export interface DirectoryChange {
  snapshot: DirectorySnapshot;
  before: DirectorySnapshot | undefined;
}

/**
 * Loads the last directory of every company from the bus, then follows changes. PostgreSQL is not asked: while it is
 * down, ingest goes on with the last directories.
 * @returns the directories as they stand; `changes` is called for each later one, in order
 */
export async function followDirectories(
  bus: Bus,
  log: Log,
  changes: (change: DirectoryChange) => void,
): Promise<{ directories: Directories; stop(): Promise<void> }> {
  const directories = new Directories();
  const known = new Map<string, DirectorySnapshot>();
  const info = await bus.jsm.streams.info(DIRECTORY.name);
  const last = info.state.last_seq;
  const consumer = await bus.js.consumers.get(DIRECTORY.name, {
    filter_subjects: subjects.allDirectories,
    deliver_policy: DeliverPolicy.LastPerSubject,
  });
  const messages = await consumer.consume();
  let loaded: () => void = () => undefined;
  const ready = new Promise<void>((done) => {
    loaded = done;
  });
  let live = info.state.messages === 0;
  if (live) loaded();
  const done = (async () => {
    for await (const message of messages) {
      try {
        const snapshot = directorySnapshotSchema.parse(message.json()) as DirectorySnapshot;
        const before = known.get(snapshot.tenant.id);
        if (directories.put(snapshot)) {
          known.set(snapshot.tenant.id, snapshot);
          if (live) changes({ snapshot, before });
        }
      } catch (error) {
        log.error('a directory on the bus cannot be read, the last good one stays in use', { subject: message.subject, error });
      }
      if (!live && (message.seq >= last || message.info.pending === 0)) {
        live = true;
        loaded();
      }
    }
  })();
  done.catch((error) => log.error('the directory feed ended', { error }));
  await ready;
  return {
    directories,
    stop: async () => {
      await messages.close();
    },
  };
}

/** From when on a change matters, ms: calls before it keep their people. Infinity when nothing that calls use changed. */
export function changedSince({ snapshot, before }: DirectoryChange): number {
  if (!before) return 0;
  const company = (s: DirectorySnapshot) => JSON.stringify([s.tenant.domain, s.tenant.country]);
  if (company(snapshot) !== company(before)) return 0;
  const at = snapshot.versions.findIndex((v, i) => JSON.stringify(v) !== JSON.stringify(before.versions[i]));
  if (at >= 0) return Math.min(snapshot.versions[at]?.validFrom ?? 0, before.versions[at]?.validFrom ?? Number.POSITIVE_INFINITY);
  return before.versions[snapshot.versions.length]?.validFrom ?? Number.POSITIVE_INFINITY;
}

export const APPLIED = KV.applied;
