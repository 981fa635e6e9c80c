import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import type { CallFilter } from '../query/filter.ts';
import type { Company } from '../query/plan.ts';
import { callsWithSound } from '../query/sound.ts';
import { whereOf } from '../query/where.ts';
import type { CallSound } from './call-quality.ts';
import { type StoredCall, WHOLE } from './call-row.ts';
import { askedBy, run } from './run.ts';

/** A call with how it sounded on the side that heard worse. */
export interface WorstCall {
  call: CallRow;
  sound: CallSound & {
    /** share */
    loss: number | null;
    /** ms */
    jitter: number | null;
  };
}

/** The calls of a filter that sounded worst: those in which a side was not heard at all, then by MOS; of equal ones the newest. */
export async function worstCalls(
  client: ClickHouseClient,
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  most: number,
): Promise<WorstCall[]> {
  const { conditions, params } = whereOf({ ...filter, measured: true }, askedBy(scope, company));
  const rows = await run<StoredCall & { mos: number; loss: number | null; jitter: number | null; one_way: number }>(client, scope, {
    sql: `SELECT ${WHOLE.columns}, mos, loss, jitter, toUInt8(one_way) AS one_way FROM ${callsWithSound(filter)}
      WHERE ${conditions.join(' AND ')} ORDER BY one_way DESC, mos, started_at DESC, id LIMIT {most: UInt16}`,
    params: { ...params, most },
  });
  return rows.map((row) => ({
    call: WHOLE.rowOf(row),
    sound: { mos: row.mos, loss: row.loss, jitter: row.jitter, isOneWay: row.one_way === 1 },
  }));
}
