import { callsWithNumber, peopleOfCalls } from '@callscope/analytics/run/recorded.ts';
import { LATEST_RECORDING_MS } from '@callscope/core/domain/recording.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import { type Objects, ObjectsError } from '@callscope/core/node/objects/store.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { eraseAgain, eraseNext, erasureToLookAgain, waitingErasure } from '@callscope/modules/recordings/erasures.ts';
import { KEEPING_CHANNEL, peopleOf } from '@callscope/modules/recordings/keeping.ts';
import {
  companiesKeeping,
  companiesLeaving,
  dueOf,
  keepDaysOf,
  keepingChange,
  leavingFiles,
  markExpired,
  noteGone,
  noteStuck,
} from '@callscope/modules/recordings/leaving.ts';
import { sweepLinks } from '@callscope/modules/recordings/links.ts';
import { signReport, unsignedErasures } from '@callscope/modules/recordings/reports.ts';
import type { ReportKeys } from '@callscope/modules/recordings/signing.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';

const HOUR_MS = 3_600_000;
/** At a time: of one transaction, and of one question to the store of calls. */
const PAGE = 500;

const JOBS = ownService('jobs');
const gone = counter('jobs_recordings_gone_total', 'Recordings that went', ['why']);
const failing = gauge(
  'jobs_recordings_leaving_failing',
  '1: files of recordings that are to go could not be removed when it was last tried',
);

interface Parts {
  store: ClickHouseClient;
  postgres: Postgres<PostgresSchema>;
  objects: Objects;
  /** with which reports of erasures are signed */
  reports: ReportKeys;
}

/**
 * Takes recordings away: those of a number that somebody asked to have erased, at once; those older than their company keeps them,
 * every hour and whenever a company has changed its mind. A row says that it is gone before its file goes and names the file until it
 * has: whatever dies in between, nobody hears the recording any more, and no file is left that nobody names.
 */
export async function keepRecordings(service: Service, parts: Parts): Promise<void> {
  const { log, stopping } = service;
  const { postgres } = parts;
  let expiredAt = Number.NEGATIVE_INFINITY;
  let known = '';
  const erase = async () => {
    while (!stopping.aborted && (await eraseSome(parts)));
  };
  const lookAgain = async () => {
    while (!stopping.aborted && (await eraseAgainSome(parts, Date.now() - HOUR_MS)));
  };
  const sign = async () => {
    for (const { tenant, id } of await unsignedErasures(postgres.db, EVERY)) {
      if (stopping.aborted) return;
      await signReport(postgres.db, scopeOf(tenant), parts.reports, id, new Date());
    }
  };
  const expire = async () => {
    const changed = await keepingChange(postgres.db, EVERY);
    if (changed === known && performance.now() - expiredAt <= HOUR_MS) return;
    await expireDue(parts, Date.now(), stopping);
    await sweepLinks(postgres.db, Date.now());
    [known, expiredAt] = [changed, performance.now()];
  };
  const remove = async () => {
    failing.set(1);
    await removeFiles(parts, stopping);
    failing.set(0);
  };
  const work = async () => {
    // what fails of one of them stands in the way of no other
    const failures: unknown[] = [];
    for (const step of [erase, lookAgain, sign, expire, remove]) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const keeping = await workWhenNotified(postgres, log, KEEPING_CHANNEL, { work, clean: async () => undefined });
  service.onStop('keeping', keeping.stop);
}

const scopeOf = (tenant: string) => tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
const EVERY = operatorScope(JOBS, 'companies:read') as OperatorScope;

/** @returns false when no erasure waits */
async function eraseSome({ store, postgres: { db } }: Parts): Promise<boolean> {
  const work = await waitingErasure(db, EVERY);
  if (work === null) return false;
  const calls = await callsWithNumber(store, scopeOf(work.tenant), work.number, work.done, work.askedAt, PAGE);
  await eraseNext(
    db,
    work,
    calls.map((call) => ({ id: call.id, startedAt: call.startedAt, ...peopleOf(call) })),
  );
  return true;
}

/** @param before ms @returns false when no finished erasure is to be looked through again */
async function eraseAgainSome({ store, postgres: { db } }: Parts, before: number): Promise<boolean> {
  let work = await erasureToLookAgain(db, EVERY, before);
  if (work === null) return false;
  while (work !== null) {
    const calls = await callsWithNumber(store, scopeOf(work.tenant), work.number, work.done, work.askedAt, PAGE);
    work = await eraseAgain(
      db,
      work,
      calls.map((call) => ({ id: call.id, startedAt: call.startedAt, ...peopleOf(call) })),
    );
  }
  return true;
}

/** @param now ms */
async function expireDue(parts: Parts, now: number, stopping: AbortSignal): Promise<void> {
  const { store, postgres } = parts;
  for (const tenant of await companiesKeeping(postgres.db, EVERY)) {
    const scope = scopeOf(tenant);
    const keepDays = await keepDaysOf(postgres.db, scope);
    while (keepDays !== null && !stopping.aborted) {
      const due = await dueOf(postgres.db, scope, keepDays, now, PAGE);
      const [first, last] = [due[0], due.at(-1)];
      if (first === undefined || last === undefined) break;
      const ids = [...new Set(due.map((d) => d.callId))];
      const calls = await peopleOfCalls(store, scope, ids, first.startedAt - LATEST_RECORDING_MS, last.startedAt + HOUR_MS);
      const people = new Map(calls.map((call) => [call.id, peopleOf(call)]));
      const marked = await markExpired(postgres.db, scope, actorOf(JOBS), due, people, now);
      gone.inc({ why: 'expired' }, marked);
      // none: what is due has changed meanwhile, and the next round looks anew
      if (marked === 0 || due.length < PAGE) break;
    }
  }
}

/**
 * Files whose rows say that they are gone. One that the archive does not remove (it is locked, or not ours) is left, and the others go on.
 * @throws ObjectsError when the archive is away, or of the first that was left: they are tried again
 */
async function removeFiles({ postgres: { db }, objects }: Parts, stopping: AbortSignal): Promise<void> {
  let left: unknown = null;
  for (const tenant of await companiesLeaving(db, EVERY)) {
    const scope = scopeOf(tenant);
    for (let removed = 1; removed > 0; ) {
      removed = 0;
      for (const file of await leavingFiles(db, scope, PAGE)) {
        if (stopping.aborted) return;
        try {
          await objects.remove(file.key);
        } catch (error) {
          if (error instanceof ObjectsError && error.fault === 'absent') throw error;
          left ??= error;
          await noteStuck(db, scope, file);
          continue;
        }
        await noteGone(db, scope, file);
        removed++;
      }
    }
  }
  if (left !== null) throw left;
}
