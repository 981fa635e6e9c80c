import type { Direction } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { CallFilter } from '../query/filter.ts';
import type { Company } from '../query/plan.ts';
import { whereOf } from '../query/where.ts';
import { askedBy, run } from './run.ts';

/** A call as it stands on the time line of the employee that it belongs to. Times in ms since the epoch. */
export interface LineCall {
  employee: string;
  direction: Direction;
  startedAt: number;
  /** 0 = nobody answered */
  answeredAt: number;
  endedAt: number;
}

/** Calls that belong to an employee, in the order of their start. @param limit most of them */
export async function lineCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  limit: number,
): Promise<LineCall[]> {
  const { conditions, params } = whereOf(filter, askedBy(scope, company));
  const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;
  const rows = await run<Record<keyof LineCall, string>>(client, scope, {
    sql: `SELECT employee, direction, ${ms('started_at')} AS startedAt, ${ms('answered_at')} AS answeredAt, ${ms('ended_at')} AS endedAt
FROM calls
WHERE ${[...conditions, "employee != ''"].join('\n  AND ')}
ORDER BY tenant, started_at, id
LIMIT {limit: UInt32}`,
    params: { ...params, limit },
  });
  return rows.map(({ employee, direction, ...times }) => ({
    ...{ employee, direction: direction as Direction },
    ...{ startedAt: Number(times.startedAt), answeredAt: Number(times.answeredAt), endedAt: Number(times.endedAt) },
  }));
}
