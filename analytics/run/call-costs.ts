import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { CALL_STARTS, callStartsParams, secondsOf } from './call-starts.ts';
import { run, runAsOperator } from './run.ts';

/** What lists say of what a call cost. */
export interface CallCost {
  /** kopecks, with VAT; 0: it was free */
  amount: number;
}

/** What `call_costs` keeps of a call (sql/clickhouse/0014_call_costs.sql). */
export interface KeptCost {
  id: string;
  /** µs since the epoch */
  startedUs: string;
  contract: string;
  service: string;
  outcome: string;
  why: string;
  /** kopecks */
  amount: string;
  vat: string;
  revision: number;
}

/** Of those of these calls that were charged, or are free by a tariff, by id. Where a call had begun before, it is gone as of the same version. */
export async function costsOfCalls(client: ClickHouseClient, scope: TenantScope, ids: readonly string[]): Promise<Map<string, CallCost>> {
  if (ids.length === 0) return new Map();
  const rows = await run<{ id: string; outcome: string; amount: string }>(client, scope, {
    sql: `SELECT id, outcome, toString(amount) AS amount FROM call_costs
      WHERE tenant = {tenant: String} AND (started_at, id) IN (${CALL_STARTS}) ORDER BY id, version DESC, outcome = 'gone' LIMIT 1 BY id`,
    params: callStartsParams(ids),
  });
  return new Map(rows.filter(({ outcome }) => outcome !== 'gone').map(({ id, amount }) => [id, { amount: Number(amount) }]));
}

/** Of rows of a call at a moment the one of the highest revision stands. */
export async function writeCosts(client: ClickHouseClient, tenant: string, costs: readonly KeptCost[]): Promise<void> {
  if (costs.length === 0) return;
  const values = costs.map(({ startedUs, revision, ...cost }) => ({
    ...{ ...cost, tenant, started_at: secondsOf(startedUs), version: revision },
  }));
  await client.insert({ table: 'call_costs', format: 'JSONEachRow', values });
}

/** Nothing was ever copied, or the table was made anew. */
export async function costsAreEmpty(client: ClickHouseClient, scope: OperatorScope): Promise<boolean> {
  const rows = await runAsOperator(client, scope, { sql: 'SELECT 1 FROM call_costs LIMIT 1', params: {} });
  return rows.length === 0;
}
