import { encodeDirectoryBody } from '@callscope/core/bus/directory-body.ts';
import { DIRECTORY, subjects } from '@callscope/core/bus/streams.ts';
import { type DirectoryHead, directoryHeadSchema } from '@callscope/core/domain/directory.ts';
import type { Bus } from '@callscope/core/node/nats.ts';
import type { Kysely } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { bodyOf, headOf } from './store.ts';

const versionSubjects = (head: DirectoryHead) => head.versions.map((v) => subjects.directoryVersion(head.tenant.id, v.version));

/** What the bus knows of a company: sequence of its last word, 0 for none, and what it says, null when this build cannot read it. */
export async function knownHead(bus: Bus, tenant: string): Promise<{ seq: number; head: DirectoryHead | null }> {
  const message = await bus.jsm.streams.getMessage(DIRECTORY.name, { last_by_subj: subjects.directory(tenant) });
  if (!message) return { seq: 0, head: null };
  try {
    const parsed = directoryHeadSchema.safeParse(message.json());
    return { seq: message.seq, head: parsed.success ? (parsed.data as DirectoryHead) : null };
  } catch {
    return { seq: message.seq, head: null };
  }
}

/** Every subject of DIRECTORY that has a message. */
export async function subjectsOnBus(bus: Bus): Promise<Set<string>> {
  const info = await bus.jsm.streams.info(DIRECTORY.name, { subjects_filter: subjects.allDirectories });
  return new Set(Object.keys(info.state.subjects ?? {}));
}

/**
 * Brings the bus' word of a company to what PostgreSQL says now: first the versions that it lacks, then which of them
 * stand, then those that do not stand any more are taken out.
 * @param onBus subjects that surely have their message; not given: those that the bus' last word names
 * @throws when the bus does not take a message, or another process was faster
 */
export async function publishCompany(db: Kysely<PostgresSchema>, bus: Bus, tenant: string, onBus?: ReadonlySet<string>): Promise<void> {
  const known = await knownHead(bus, tenant);
  const head = await headOf(db, tenant);
  if (!head) return;
  const before = known.head ? versionSubjects(known.head) : [];
  const there = onBus ?? new Set(before);
  const missing = head.versions.filter((v) => !there.has(subjects.directoryVersion(tenant, v.version)));
  if (missing.length === 0 && known.head && known.head.version >= head.version) return;
  for (const { version } of missing) {
    const body = await bodyOf(db, tenant, version);
    if (body === null) throw new Error(`version ${version} was replaced meanwhile`);
    const bytes = await encodeDirectoryBody(body);
    await ensureRoom(bus, bytes.length);
    await bus.js.publish(subjects.directoryVersion(tenant, version), bytes);
  }
  // of two processes that read at different times the later word must stay
  await bus.js.publish(subjects.directory(tenant), JSON.stringify(head), { expect: { lastSubjectSequence: known.seq } });
  const standing = new Set(versionSubjects(head));
  for (const gone of before) if (!standing.has(gone)) await bus.jsm.streams.purge(DIRECTORY.name, { filter: gone });
}

/** A stream with one message a subject makes room by throwing out other companies' messages, whatever its policy says. */
async function ensureRoom(bus: Bus, bytes: number): Promise<void> {
  const { config, state } = await bus.jsm.streams.info(DIRECTORY.name);
  if (state.bytes + bytes > config.max_bytes)
    throw new Error(`the bus has no room for it: ${DIRECTORY.name} holds ${state.bytes} of ${config.max_bytes} bytes`);
}
