import { setTimeout as pause } from 'node:timers/promises';
import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { drawableCalls } from '@callscope/analytics/run/sample.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService, tenantScope } from '@callscope/modules/access/callers.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { drawPlan, weekToDraw } from '@callscope/modules/quality/draw.ts';
import { plansInUse } from '@callscope/modules/quality/plans.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

const LOOK_MS = 60_000;
const JOBS = ownService('jobs');
const drawn = counter('jobs_quality_drawn_total', 'Calls drawn for review by plans');
const failing = gauge('jobs_quality_plans_failing', 'Plans whose last week could not be drawn when it was last tried');

/**
 * Draws the week that ended, of every plan in use, in the night to Monday of the company's calendar. A week that was drawn has a line and
 * is not drawn again; a job that was away draws the newest week when it is back, as a new plan does at once.
 */
export function drawPlans(service: Service, store: ClickHouseClient, db: Kysely<PostgresSchema>): void {
  const { log, stopping } = service;
  const drawing = (async () => {
    while (!stopping.aborted) {
      let failed = 0;
      try {
        for (const { tenant, id } of await plansInUse(db, operatorScope(JOBS, 'companies:read') as OperatorScope)) {
          if (stopping.aborted) break;
          // what fails of one plan stands in the way of no other
          await drawOne(store, db, tenant, id, Date.now()).catch((error: unknown) => {
            failed++;
            log.warn('a plan of reviews could not be drawn, trying again', { tenant, plan: id, error: errorText(error) });
          });
        }
        failing.set(failed);
      } catch (error) {
        if (!stopping.aborted) log.warn('plans of reviews could not be read, trying again', { error: errorText(error) });
      }
      await pause(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('plans of reviews', () => drawing);
}

async function drawOne(store: ClickHouseClient, db: Kysely<PostgresSchema>, tenant: string, id: string, now: number): Promise<void> {
  const scope = tenantScope(JOBS, tenant, 'calls:read') as TenantScope;
  const company = await getTenant(db, scope);
  if (!company) return;
  const { timezone: zone, country, rules, target } = company;
  const made = await drawPlan(
    db,
    scope,
    zone,
    id,
    weekToDraw(zone, now),
    (plan, period) =>
      drawableCalls(store, scope, filterFromQuery(new URLSearchParams(plan.query)), { zone, country, rules, target }, period),
    new Date(now),
  );
  if (made) drawn.inc(made.calls);
}
