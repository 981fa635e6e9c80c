import { costsAreEmpty, writeCosts } from '@callscope/analytics/run/call-costs.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { COSTS_CHANNEL, carryAllCosts, carryCosts, costsLag } from '@callscope/modules/finance/costs.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';

/** So long may costs wait before it is said aloud. */
const LATE_SECONDS = 60;

const EVERY = operatorScope(ownService('jobs'), 'finance:write') as OperatorScope;

const carried = counter('jobs_costs_total', 'Calls whose cost was copied to the store of calls');
const lag = gauge('jobs_costs_lag_seconds', 'Age of the oldest charge that the store of calls does not have');

/**
 * What calls cost: PostgreSQL -> the store's `call_costs`, which lists and files read. A store whose table is empty is told everything.
 * @returns what is wrong, for /healthz; null: nothing
 */
export async function copyCosts(
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
    if (await costsAreEmpty(store, EVERY)) {
      const calls = await carryAllCosts(db, EVERY);
      if (calls > 0) log.info('what calls cost is copied to the store anew', { calls });
    }
    isChecked = true;
  };
  const work = async () => {
    try {
      await check();
      for (let calls = 1; calls > 0 && !stopping.aborted; carried.inc(calls))
        calls = await carryCosts(db, EVERY, (tenant, costs) => writeCosts(store, tenant, costs));
    } finally {
      const seconds = await costsLag(db, EVERY).catch(() => null);
      if (seconds !== null) lag.set(seconds);
      late = seconds !== null && seconds > LATE_SECONDS ? `costs of calls wait for ${Math.round(seconds)} s` : null;
    }
  };
  const copying = await workWhenNotified(postgres, log, COSTS_CHANNEL, { work, clean: async () => undefined });
  service.onStop('costs', copying.stop);
  return () => late;
}
