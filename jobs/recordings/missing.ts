import { setTimeout as pause } from 'node:timers/promises';
import { answeredCalls } from '@callscope/analytics/run/recorded.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { countRecordings, sumOfDays } from '@callscope/modules/recordings/count.ts';
import { companiesKeeping } from '@callscope/modules/recordings/leaving.ts';
import { PENDING_MS } from '@callscope/modules/recordings/rules.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

const HOUR_MS = 3_600_000;
const JOBS = ownService('jobs');
const missing = gauge('jobs_recordings_missing', 'Calls of the last 24 hours that should have been recorded and were not', ['tenant']);

/** Tells every hour, by metric and in the log, which companies have calls of the last day that should have been recorded and were not. */
export function watchMissing(service: Service, store: ClickHouseClient, db: Kysely<PostgresSchema>): void {
  const { log, stopping } = service;
  const watching = (async () => {
    while (!stopping.aborted) {
      try {
        await countOnce(store, db, Date.now(), (tenant, count, expected) => {
          if (count > 0) log.warn('calls should have been recorded and were not', { tenant, count, expected, hours: 24 });
        });
      } catch (error) {
        if (!stopping.aborted) log.warn('recordings could not be counted', { error: errorText(error) });
      }
      await pause(HOUR_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('missing recordings', () => watching);
}

async function countOnce(
  store: ClickHouseClient,
  db: Kysely<PostgresSchema>,
  now: number,
  tell: (tenant: string, count: number, expected: number) => void,
): Promise<void> {
  const to = now - PENDING_MS;
  for (const tenant of await companiesKeeping(db, operatorScope(JOBS, 'companies:read') as OperatorScope)) {
    const scope = tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
    const days = await countRecordings(db, scope, answeredCalls(store, scope, to - 24 * HOUR_MS, to), () => '', now);
    const { missing: count, expected } = sumOfDays(days);
    missing.set({ tenant }, count);
    tell(tenant, count, expected);
  }
}
