import { pastKey } from '@callscope/core/bus/streams.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories, DirectorySnapshot } from '@callscope/core/domain/directory.ts';
import type { Log } from '@callscope/core/node/log.ts';
import type { KV as KvBucket } from '@nats-io/kv';
import type { Book } from './book.ts';
import { changedSince, type DirectoryChange } from './directory-feed.ts';
import type { Place, Stretch } from './reresolve.ts';
import { resolveAgain } from './resolve.ts';
import { sameCall } from './same-call.ts';
import type { WriteQueue } from './write-queue.ts';

/** A changed directory is applied to calls that began at most this long ago; to older ones when somebody asks for it. */
const RESOLVE_BACK_MS = 14 * 86_400_000;
/** Of the older past so many pages are read at a time: blocks of new calls are written between them. */
const PAGES_A_TURN = 3;

export interface DirectoryUseDeps {
  book: Pick<Book, 'rows' | 'pendingRows'>;
  directories: Directories;
  queue: WriteQueue;
  /** `<tenant>`: version in use; `<tenant>.past`: version whose wishes for the past are done */
  applied: KvBucket;
  log: Log;
  stopping: AbortSignal;
  /** `resolveWritten` on the store */
  resolve(stretch: Stretch, after?: Place, pages?: number): Promise<{ changed: number; next: Place }>;
}

/**
 * Puts changed directories to use: rows in memory at once; written calls of the last days after the blocks before them,
 * and then the version is confirmed; the older past, when it was asked for, turn by turn beside the new calls, as far back
 * as calls are kept. A wish that a death cut short is begun again by the next life.
 */
export function createDirectoryUse(deps: DirectoryUseDeps) {
  const { book, directories, queue, applied, log, stopping } = deps;
  const waiting: (() => Promise<void>)[] = [];
  /** company -> version up to which its wishes are done or under way */
  const heard = new Map<string, number>();

  /** the older past, one wish after the other, so that what is confirmed is in order */
  const wishes: { stretch: Stretch; version: number }[] = [];
  let isResolvingPast = false;

  const resolvePast = (stretch: Stretch, version: number): void => {
    wishes.push({ stretch, version });
    if (!isResolvingPast) nextWish();
  };
  const nextWish = (): void => {
    const wish = wishes.shift();
    isResolvingPast = wish !== undefined;
    if (wish) turn(wish.stretch, wish.version, null, 0);
  };
  const turn = (stretch: Stretch, version: number, after: Place, before: number): void => {
    if (stopping.aborted) return;
    queue.add('resolving the past again', async () => {
      const { changed, next } = await deps.resolve(stretch, after, PAGES_A_TURN);
      const callsChanged = before + changed;
      if (next) return turn(stretch, version, next, callsChanged);
      await applied.put(pastKey(stretch.tenant), String(version));
      log.info('the past is resolved again', { tenant: stretch.tenant, from: new Date(stretch.from).toISOString(), callsChanged });
      nextWish();
    });
  };

  /** The earliest moment that somebody asks for and nobody has begun with, and the version that its doing confirms. */
  const wishOf = (snapshot: DirectorySnapshot): { from: number; version: number } | null => {
    const done = heard.get(snapshot.tenant.id) ?? 0;
    const open = (snapshot.recompute ?? []).filter((w) => w.version > done);
    if (open.length === 0) return null;
    const version = Math.max(...open.map((w) => w.version));
    heard.set(snapshot.tenant.id, version);
    return { from: Math.min(...open.map((w) => w.from)), version };
  };

  const take = (change: DirectoryChange): void => {
    const { snapshot } = change;
    const tenant = snapshot.tenant.id;
    const since = Math.max(changedSince(change), Date.now() - RESOLVE_BACK_MS);
    const wish = wishOf(snapshot);
    const inMemory = Math.min(since, wish?.from ?? since);
    for (const { row, pending, replace } of book.rows()) {
      if (row.startedAt / 1000 < inMemory || (row.tenant !== UNASSIGNED && row.tenant !== tenant)) continue;
      const again = resolveAgain(row, directories);
      if (!sameCall(row, again)) replace({ ...again, revision: row.revision + (pending ? 0 : 1) });
    }
    waiting.push(async () => {
      const recent = { tenant, from: since, until: null };
      const { changed } = since < Date.now() ? await deps.resolve(recent) : { changed: 0 };
      await applied.put(tenant, String(snapshot.version));
      log.info('directory in use', { tenant, version: snapshot.version, callsChanged: changed });
      if (wish) resolvePast({ tenant, from: wish.from, until: since < Date.now() ? since : null }, wish.version);
    });
  };

  return {
    take,

    /** What memory holds and the store does not have yet must be there before the store is asked what a directory changes. */
    applyWritten: (): void => {
      if (book.pendingRows > 0) return;
      for (let work = waiting.shift(); work; work = waiting.shift()) queue.add('applying a directory', work);
    },

    /** Hands on what a company's directory changed, or somebody asked for, while no assembler ran. */
    resume: async (snapshot: DirectorySnapshot, changed: (change: DirectoryChange) => void): Promise<void> => {
      const tenant = snapshot.tenant.id;
      const [known, done] = await Promise.all([applied.get(tenant), applied.get(pastKey(tenant))]);
      heard.set(tenant, Number(done?.string() ?? 0));
      // what was written meanwhile was resolved without it
      if (!known || Number(known.string()) < snapshot.version) return changed({ snapshot, before: undefined });
      const wish = wishOf(snapshot);
      if (wish) resolvePast({ tenant, from: wish.from, until: null }, wish.version);
    },
  };
}
