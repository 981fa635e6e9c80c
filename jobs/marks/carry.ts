import { marksAreEmpty, startsOfCalls, writeMarks } from '@callscope/analytics/run/marks.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { carryAll, carryChanged, MARKS_CHANNEL, marksLag } from '@callscope/modules/marks/changed.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';

/** Changes of one transaction, and of one block of the store. */
const ROUND = 1_000;
/** So long may changes wait before it is said aloud. */
const LATE_SECONDS = 60;

const JOBS = ownService('jobs');
const EVERY = operatorScope(JOBS, 'companies:read') as OperatorScope;
const scopeOf = (tenant: string) => tenantScope(JOBS, tenant, 'calls:read') as TenantScope;

const carried = counter('jobs_marks_total', 'Changes of marks of calls that were carried to the store');
const lost = counter('jobs_marks_lost_total', 'Changes of marks of calls that the store never had');
const lag = gauge('jobs_marks_lag_seconds', 'Age of the oldest change of marks that the store does not have');

/**
 * Marks of calls and talk measures: PostgreSQL -> the store's `call_marks`, which filters ask. A store whose table is empty is told
 * everything. @returns what is wrong, for /healthz; null: nothing
 */
export async function carryMarks(
  service: Service,
  store: ClickHouseClient,
  postgres: Postgres<PostgresSchema>,
): Promise<() => string | null> {
  const { log, stopping } = service;
  const { db } = postgres;
  let isChecked = false;
  let late: string | null = null;

  const check = async () => {
    if (isChecked) return;
    if (await marksAreEmpty(store, EVERY)) {
      const calls = await carryAll(db, EVERY);
      if (calls > 0) log.info('marks are carried to the store anew', { calls });
    }
    isChecked = true;
  };
  const work = async () => {
    try {
      await check();
      for (let done = ROUND; done === ROUND && !stopping.aborted; ) {
        const round = await carryChanged(db, EVERY, ROUND, async ({ tenant, version, marks }) => {
          const starts = await startsOfCalls(store, scopeOf(tenant), [...marks.keys()]);
          const known = [...marks].flatMap(([id, of]) => {
            const startedUs = starts.get(id);
            return startedUs === undefined ? [] : [{ id, startedUs, marks: of }];
          });
          await writeMarks(store, scopeOf(tenant), version, known);
          return [...marks.keys()].filter((id) => !starts.has(id));
        });
        done = round.done;
        carried.inc(round.done);
        lost.inc(round.lost);
        if (round.lost > 0) log.warn('marks are of calls that the store never had', { changes: round.lost });
      }
    } finally {
      const seconds = await marksLag(db, EVERY).catch(() => null);
      if (seconds !== null) lag.set(seconds);
      late = seconds !== null && seconds > LATE_SECONDS ? `marks of calls wait for ${Math.round(seconds)} s` : null;
    }
  };
  const carrying = await workWhenNotified(postgres, log, MARKS_CHANNEL, { work, clean: async () => undefined });
  service.onStop('marks', carrying.stop);
  return () => late;
}
