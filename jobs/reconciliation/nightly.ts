import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { gauge } from '@callscope/core/node/metrics.ts';
import { workWhenNotified } from '@callscope/core/node/notified-work.ts';
import type { Objects } from '@callscope/core/node/objects/store.ts';
import type { Postgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { CAUSES } from '@callscope/modules/reconciliation/causes.ts';
import { askFor, failDay, finishDay, forgetDays, RECONCILIATION_CHANNEL, takeDay } from '@callscope/modules/reconciliation/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { reconcile } from './compare.ts';

const DAY_MS = 24 * 3_600_000;
/** Calls that began before midnight are over by then, and it is night where the companies are. */
const NIGHT_MS = 3_600_000;

const found = gauge('jobs_reconciliation_findings', 'What the last reconciled day brought, by cause', ['cause']);
const finished = gauge('jobs_reconciliation_finished_timestamp_seconds', 'When a day was last reconciled');

/** Reconciles the day before each night at one (UTC), and any day that somebody asks for, one after the other. */
export async function reconcileNightly(
  service: Service,
  { store, postgres, objects }: { store: ClickHouseClient; postgres: Postgres<PostgresSchema>; objects: Objects },
): Promise<void> {
  const { log } = service;
  const { db } = postgres;
  const scope = operatorScope(ownService('jobs'), 'companies:read') as OperatorScope;
  let asked = '';
  const askForYesterday = async () => {
    const yesterday = new Date(Date.now() - NIGHT_MS - DAY_MS).toISOString().slice(0, 10);
    if (yesterday === asked) return;
    await askFor(db, scope, yesterday, false);
    asked = yesterday;
  };
  const work = async () => {
    await askForYesterday();
    for (let day = await takeDay(db, scope); day !== null && !service.stopping.aborted; day = await takeDay(db, scope)) {
      try {
        const result = await reconcile({ store, db, objects }, scope, day, Date.now());
        await finishDay(db, scope, day, result);
        for (const cause of CAUSES) found.set({ cause }, result.findings.counts[cause] ?? 0);
        finished.set(Date.now() / 1_000);
        log.info('a day was reconciled', { day, compared: result.compared, found: result.findings.counts });
      } catch (error) {
        if (service.stopping.aborted) return;
        log.warn('a day could not be reconciled', { day, error: errorText(error) });
        await failDay(db, scope, day, errorText(error));
      }
    }
  };
  const working = await workWhenNotified(postgres, log, RECONCILIATION_CHANNEL, { work, clean: () => forgetDays(db, scope) });
  service.onStop('reconciliation', working.stop);
}
