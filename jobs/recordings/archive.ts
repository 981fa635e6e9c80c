import { setTimeout as pause } from 'node:timers/promises';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { isSealed, sealedBytes } from '@callscope/core/node/objects/sealed.ts';
import type { Objects, StoredObject } from '@callscope/core/node/objects/store.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { type ArchivedRow, archivedRows, rowsOfSegment } from '@callscope/modules/recordings/archived.ts';
import { companiesKeeping } from '@callscope/modules/recordings/leaving.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Kysely } from 'kysely';

const JOBS = ownService('jobs');
const DAY_MS = 24 * 3_600_000;
/** After a start there is other work to do. */
const FIRST_MS = 10 * 60_000;
/** An object is there before its row: one as young as this may still get it. */
const YOUNG_MS = DAY_MS;
/** What is told one by one in the log; the metric has them all. */
const MOST_TOLD = 20;

const lost = gauge('jobs_archive_lost', 'Recordings whose object the archive does not have, or has in another length', ['tenant']);
const nameless = gauge('jobs_archive_nameless', 'Objects of the archive that no recording names', ['tenant']);
const removed = counter('jobs_archive_removed_total', 'Objects that were removed because their recording is gone, or has another');

export interface ArchiveParts {
  db: Kysely<PostgresSchema>;
  objects: Objects;
  log: Log;
}

/** Compares the archive with the rows once a day. */
export function watchArchive(service: Service, parts: ArchiveParts): void {
  const { stopping } = service;
  const watching = (async () => {
    await pause(FIRST_MS, undefined, { signal: stopping }).catch(() => undefined);
    while (!stopping.aborted) {
      try {
        for (const tenant of await companiesKeeping(parts.db, operatorScope(JOBS, 'companies:read') as OperatorScope)) {
          if (stopping.aborted) return;
          await compareArchive(parts, tenant, Date.now());
        }
      } catch (error) {
        if (!stopping.aborted) parts.log.warn('the archive could not be compared with the rows', { error: errorText(error) });
      }
      await pause(DAY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('archive', () => watching);
}

/** What the archive of a company has, against what its rows say. */
export interface Comparison {
  /** objects and rows that belong together */
  same: number;
  /** recordings that can be heard by their row and have no object, or one of another length */
  lost: number;
  /** objects of which no row knows anything */
  nameless: number;
  /** objects that were removed: their recording is gone by its row, or has another object */
  removed: number;
}

/**
 * Goes through names and rows of a company side by side, in the same order; neither is held whole. What is found wrong is asked for once more, since
 * both go on changing meanwhile. An object of which no row knows anything is only told: it may be all that is left after the database
 * was restored from an older backup.
 * @param now ms @throws ObjectsError
 */
export async function compareArchive({ db, objects, log }: ArchiveParts, tenant: string, now: number): Promise<Comparison> {
  const scope = tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
  const found: Comparison = { same: 0, lost: 0, nameless: 0, removed: 0 };
  const tell = (what: string, count: number, key: string) => {
    if (count <= MOST_TOLD) log.warn(what, { tenant, key });
  };
  const ofRow = async (row: ArchivedRow) => {
    if (row.status !== 'ready') return;
    const size = await objects.size(row.key);
    const [now] = (await rowsOfSegment(db, scope, row.segment)).filter(({ key }) => key === row.key);
    if (size === lengthOf(row) || now?.status !== 'ready') return;
    tell('a recording is not in the archive as it was put there', ++found.lost, row.key);
  };
  const ofObject = async ({ key, changedAt }: StoredObject) => {
    if (now - changedAt < YOUNG_MS) return;
    const segment = /\/([0-9a-f]{16})\.[a-z0-9]+(?:\.sealed)?$/.exec(key)?.[1];
    const rows = segment === undefined ? [] : await rowsOfSegment(db, scope, segment);
    if (rows.some((row) => row.key === key)) return;
    const [row] = rows;
    // another part of the same digits would be another call's
    const isGone = rows.length === 1 && row !== undefined && (row.status === 'expired' || row.status === 'erased');
    const hasOther = rows.length === 1 && row?.status === 'ready' && row.key !== null && (await objects.size(row.key)) !== null;
    if (isGone || hasOther) {
      await objects.remove(key);
      found.removed++;
      removed.inc();
      log.info('an object was removed: its recording is gone, or has another', { tenant, key });
    } else tell('an object of the archive is named by no recording', ++found.nameless, key);
  };
  const names = objects.list(`${tenant}/`)[Symbol.asyncIterator]();
  const rows = archivedRows(db, scope)[Symbol.asyncIterator]();
  let [name, row] = [await names.next(), await rows.next()];
  while (!name.done || !row.done) {
    const order = name.done ? 1 : row.done ? -1 : Buffer.compare(Buffer.from(name.value.key), Buffer.from(row.value.key));
    if (order === 0) {
      if ((name.value as StoredObject).bytes === lengthOf(row.value as ArchivedRow)) found.same++;
      else await ofRow(row.value as ArchivedRow);
    } else if (order < 0) await ofObject(name.value as StoredObject);
    else await ofRow(row.value as ArchivedRow);
    if (order <= 0) name = await names.next();
    if (order >= 0) row = await rows.next();
  }
  lost.set({ tenant }, found.lost);
  nameless.set({ tenant }, found.nameless);
  return found;
}

/** Of the object that a row names. */
export const lengthOf = ({ key, bytes }: Pick<ArchivedRow, 'key' | 'bytes'>) => (isSealed(key) ? sealedBytes(bytes) : bytes);
