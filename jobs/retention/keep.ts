import { setTimeout as pause } from 'node:timers/promises';
import { callsBefore, putInForce, removeCallsBefore, rulesInForce, tableSizes } from '@callscope/analytics/run/retention.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { Service } from '@callscope/core/node/lifecycle.ts';
import { errorText, type Log } from '@callscope/core/node/log.ts';
import { counter, gauge } from '@callscope/core/node/metrics.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { KEPT, type Rules } from '@callscope/modules/retention/rules.ts';
import { companyDays, retentionRules } from '@callscope/modules/retention/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kysely } from 'kysely';

const EVERY_MS = 10_000;
/** Where no rule has changed the store is asked less often. */
const TABLES_MS = 60_000;
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
    let [tablesAt, companiesAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let known = '';
    let failure = '';
    while (!stopping.aborted) {
      try {
        const [rules, companies] = await Promise.all([retentionRules(db, scope), companyDays(db, scope)]);
        const text = JSON.stringify([rules, [...companies]]);
        const isNews = text !== known;
        if (isNews || performance.now() - tablesAt > TABLES_MS) {
          await keepTables(store, scope, rules, log);
          for (const [table, size] of await tableSizes(store, scope)) {
            bytes.set({ table }, size.bytes);
            rows.set({ table }, size.rows);
          }
          tablesAt = performance.now();
        }
        if (isNews || performance.now() - companiesAt > COMPANIES_MS) {
          await keepCompanies(store, scope, companies, Date.now(), log);
          companiesAt = performance.now();
        }
        known = text;
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

async function keepTables(store: ClickHouseClient, scope: OperatorScope, rules: Rules, log: Log): Promise<void> {
  const inForce = await rulesInForce(store, scope, rules);
  for (const what of KEPT) {
    if (inForce.has(what)) continue;
    await putInForce(store, scope, what, rules[what]);
    log.info('how long it is kept is in force', { what, days: rules[what] });
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
