import { setTimeout as pause } from 'node:timers/promises';
import { callsBefore, daysInForce, putInForce, removeCallsBefore, tableSizes } from '@callscope/analytics/run/retention.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { KEPT } from '@callscope/modules/retention/rules.ts';
import { companyDays, retentionRules } from '@callscope/modules/retention/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

const EVERY_MS = 10_000;
/** Calls of companies grow old by the day. */
const COMPANIES_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

const bytes = gauge('jobs_store_table_bytes', 'What a table of the store takes on disk', ['table']);
const rows = gauge('jobs_store_table_rows', 'Rows of a table of the store', ['table']);
const removed = counter('jobs_retention_calls_total', 'Calls that were let go of because their company keeps them shorter than all do');

/** Puts the rules of how long what is kept in force: by the store itself for all, and by deleting for companies that keep calls shorter. */
export function keepStore(service: Service, store: ClickHouseClient, db: Kysely<PostgresSchema>): void {
  const { log, stopping } = service;
  const scope = operatorScope(ownService('jobs'), 'companies:read') as OperatorScope;
  const working = (async () => {
    let lookedAt = Number.NEGATIVE_INFINITY;
    let known = '';
    let failure = '';
    while (!stopping.aborted) {
      try {
        await keepTables(store, db, scope, log);
        const companies = await companyDays(db, scope);
        const text = JSON.stringify([...companies]);
        if (text !== known || performance.now() - lookedAt > COMPANIES_MS) {
          await keepCompanies(store, scope, companies, Date.now(), log);
          lookedAt = performance.now();
          known = text;
        }
        for (const [table, size] of await tableSizes(store, scope)) {
          bytes.set({ table }, size.bytes);
          rows.set({ table }, size.rows);
        }
        failure = '';
      } catch (error) {
        const text = errorText(error);
        if (!stopping.aborted && text !== failure) log.warn('rules of keeping could not be put in force, trying again', { error: text });
        failure = text;
      }
      await pause(EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  })();
  service.onStop('retention', () => working);
}

async function keepTables(store: ClickHouseClient, db: Kysely<PostgresSchema>, scope: OperatorScope, log: Log): Promise<void> {
  const rules = await retentionRules(db, scope);
  for (const what of KEPT) {
    const days = rules[what];
    if ((await daysInForce(store, scope, what)).every((found) => found === days)) continue;
    await putInForce(store, scope, what, days);
    log.info('how long it is kept is in force', { what, days });
  }
}

async function keepCompanies(
  store: ClickHouseClient,
  scope: OperatorScope,
  companies: ReadonlyMap<string, number>,
  now: number,
  log: Log,
): Promise<void> {
  for (const [tenant, days] of companies) {
    const before = now - days * DAY_MS;
    const count = await callsBefore(store, scope, tenant, before);
    if (count === 0) continue;
    await removeCallsBefore(store, scope, tenant, before);
    removed.inc(count);
    log.info('calls of a company were let go of', { tenant, calls: count, before: new Date(before).toISOString() });
  }
}
