import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { DIMENSIONS } from '../catalog/dimensions.ts';
import type { ReportPlan } from '../query/plan.ts';
import { whereOf } from '../query/where.ts';
import { askedBy, run } from './run.ts';

/**
 * When the last call of every row began, µs since the epoch. Apart from the report's own figures: these are added up from sums
 * that are kept, and a last call is none.
 * @returns nothing for what is no column of calls: an hour says it itself
 */
export async function lastCalls(client: ClickHouseClient, scope: TenantScope, plan: ReportPlan): Promise<Map<string, number>> {
  const column = plan.by === null ? null : DIMENSIONS[plan.by].column;
  if (column === null || plan.isEmpty) return new Map();
  const { conditions, params } = whereOf(plan.filter, askedBy(scope, plan.company));
  const rows = await run<{ key: string; last: string }>(client, scope, {
    sql: `SELECT ${column} AS key, toUnixTimestamp64Micro(max(started_at)) AS last FROM calls WHERE ${conditions.join(' AND ')} GROUP BY key`,
    params,
  });
  return new Map(rows.map(({ key, last }) => [key, Number(last)]));
}
