import { decodeDirectoryBody } from '@callscope/core/bus/directory-body.ts';
import { DIRECTORY, KV, subjects } from '@callscope/core/bus/streams.ts';
import {
  Directories,
  type DirectoryBody,
  type DirectoryHead,
  type DirectorySnapshot,
  directoryHeadSchema,
} from '@callscope/core/domain/directory.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import { DeliverPolicy } from '@nats-io/jetstream';

export interface DirectoryChange {
  snapshot: DirectorySnapshot;
  before: DirectorySnapshot | undefined;
}

/** Puts companies and the versions of their directories together, in whatever order they come. */
export class DirectoryAssembly {
  /** of versions that stand or are about to: subject -> version */
  #bodies = new Map<string, DirectoryBody>();
  /** a company's last word of which a version is missing yet */
  #incomplete = new Map<string, DirectoryHead>();
  #heads = new Map<string, DirectoryHead>();

  get incomplete(): string[] {
    return [...this.#incomplete.keys()];
  }

  /**
   * @param bytes message of a company, or of one version of its directory
   * @returns companies that are whole now and were not before
   * @throws when the message cannot be read
   */
  take(subject: string, bytes: Uint8Array): DirectorySnapshot[] {
    if (subjects.isDirectoryVersion(subject)) this.#bodies.set(subject, decodeDirectoryBody(bytes) as DirectoryBody);
    else {
      const head = directoryHeadSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) as DirectoryHead;
      this.#incomplete.set(head.tenant.id, head);
    }
    return [...this.#incomplete.values()].flatMap((head) => this.#complete(head) ?? []);
  }

  #complete(head: DirectoryHead): DirectorySnapshot | null {
    const { id } = head.tenant;
    const versions: DirectorySnapshot['versions'] = [];
    for (const { validFrom, version } of head.versions) {
      const body = this.#bodies.get(subjects.directoryVersion(id, version));
      if (!body) return null;
      versions.push({ validFrom, body });
    }
    this.#incomplete.delete(id);
    const standing = new Set(head.versions.map((v) => v.version));
    for (const { version } of this.#heads.get(id)?.versions ?? [])
      if (!standing.has(version)) this.#bodies.delete(subjects.directoryVersion(id, version));
    this.#heads.set(id, head);
    return { version: head.version, tenant: head.tenant, versions, settings: head.settings, recompute: head.recompute };
  }
}

/**
 * Loads the directories of all companies from the bus, then follows changes. PostgreSQL is not asked: while it is
 * down, ingest goes on with the last directories.
 * @returns the directories as they stand; `changes` is called for each later one, in order
 */
export async function followDirectories(
  bus: Bus,
  log: Log,
  changes: (change: DirectoryChange) => void,
): Promise<{ directories: Directories; stop(): Promise<void> }> {
  const directories = new Directories();
  const assembly = new DirectoryAssembly();
  const info = await bus.jsm.streams.info(DIRECTORY.name);
  const last = info.state.last_seq;
  const consumer = await bus.js.consumers.get(DIRECTORY.name, {
    filter_subjects: subjects.allDirectories,
    deliver_policy: DeliverPolicy.LastPerSubject,
  });
  const messages = await consumer.consume({ max_messages: 1_000 });
  let loaded: () => void = () => undefined;
  const ready = new Promise<void>((done) => {
    loaded = done;
  });
  let live = info.state.messages === 0;
  if (live) loaded();
  const done = (async () => {
    for await (const message of messages) {
      try {
        for (const snapshot of assembly.take(message.subject, message.data)) {
          const before = directories.snapshot(snapshot.tenant.id);
          if (directories.put(snapshot) && live) changes({ snapshot, before });
        }
      } catch (error) {
        log.error('a directory on the bus cannot be read, the last good one stays in use', { subject: message.subject, error });
      }
      if (!live && (message.seq >= last || message.info.pending === 0)) {
        live = true;
        if (assembly.incomplete.length > 0) log.error('directories on the bus are not whole', { companies: assembly.incomplete });
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
  // a version that stays is the same object: only what came anew is compared
  const directory = firstDifference(snapshot.versions, before.versions, (a, b) => a.body === b.body || isAlike(a.body, b.body));
  return Math.min(directory, firstDifference(snapshot.settings ?? [], before.settings ?? [], isAlike));
}

/** From when on two lists of versions, oldest first, say something else. */
function firstDifference<V extends { validFrom: number }>(
  now: readonly V[],
  before: readonly V[],
  isSame: (a: V, b: V) => boolean,
): number {
  const at = now.findIndex((v, i) => {
    const was = before[i];
    return was === undefined || v.validFrom !== was.validFrom || !isSame(v, was);
  });
  const places = at >= 0 ? [now[at], before[at]] : [before[now.length]];
  return Math.min(...places.map((v) => v?.validFrom ?? Number.POSITIVE_INFINITY));
}

function isAlike(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const APPLIED = KV.applied;
