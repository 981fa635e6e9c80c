import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { runAsOperator } from './run.ts';

/**
 * Companies that have a call of this Call-ID, `unassigned` among them: two when it was between two of one edge. Which of
 * them a recording belongs to is asked before there is a company whose right could be used.
 */
export async function companiesOfCallId(client: ClickHouseClient, scope: OperatorScope, callId: string): Promise<string[]> {
  const rows = await runAsOperator<{ tenant: string }>(client, scope, {
    sql: 'SELECT DISTINCT tenant FROM call_ids WHERE call_id = {callId: String} ORDER BY tenant',
    params: { callId },
  });
  return rows.map((r) => r.tenant);
}
