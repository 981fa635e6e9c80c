import type { CallRow } from '@callscope/core/domain/call.ts';
import type { QualitySummary } from '@callscope/core/domain/call-quality.ts';
import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type StoredCall, WHOLE } from './call-row.ts';
import { CALL_STARTS, callStartsParams } from './call-starts.ts';
import { run, runAsOperator } from './run.ts';

/** When calls were last reckoned, ms since the epoch; null: never. */
export async function lastReckoned(client: ClickHouseClient, scope: OperatorScope): Promise<number | null> {
  const [row] = await runAsOperator<{ last: string }>(client, scope, {
    sql: 'SELECT toString(max(version)) AS last FROM call_quality',
    params: {},
  });
  return Number(row?.last ?? 0) || null;
}

/**
 * Calls of which more has become known in (from, to], ms since the epoch: answered ones that were written or revised, and those of which
 * RTCP came, however late. Raw rows are found by when they came: older parts of the table are not opened.
 * @param most of them
 */
export async function callsSounding(
  client: ClickHouseClient,
  scope: OperatorScope,
  from: number,
  to: number,
  most: number,
): Promise<{ tenant: string; id: string }[]> {
  const since = (column: string) =>
    `${column} > fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND ${column} <= fromUnixTimestamp64Milli({to: Int64}, 'UTC')`;
  return runAsOperator(client, scope, {
    sql: `SELECT DISTINCT tenant, id FROM (
        SELECT tenant, id FROM calls WHERE result = 'answered' AND ${since('written_at')}
        UNION ALL
        SELECT tenant, id FROM call_ids WHERE call_id IN (SELECT call_id FROM rtcp WHERE ${since('received_at')}))
      WHERE tenant != 'unassigned' ORDER BY tenant, id LIMIT {most: UInt32}`,
    params: { from, to, most },
  });
}

/** These calls, those that were answered. */
export async function soundingCalls(client: ClickHouseClient, scope: TenantScope, ids: readonly string[]): Promise<CallRow[]> {
  const rows = await run<StoredCall>(client, scope, {
    sql: `SELECT ${WHOLE.columns} FROM calls
      WHERE tenant = {tenant: String} AND (started_at, id) IN (${CALL_STARTS}) AND result = 'answered'
      ORDER BY id, revision DESC LIMIT 1 BY id`,
    params: callStartsParams(ids),
  });
  return rows.map(WHOLE.rowOf);
}

/** What lines of a list say of how calls sounded. */
export interface CallSound {
  /** of the side that heard worse; null: not measured */
  mos: number | null;
  /** the recording has no sound of one side, or of both */
  isOneWay: boolean;
}

/** Of those of these calls of which something is known, by id. */
export async function soundsOfCalls(client: ClickHouseClient, scope: TenantScope, ids: readonly string[]): Promise<Map<string, CallSound>> {
  if (ids.length === 0) return new Map();
  const rows = await run<{ id: string; mos: number | null; one_way: number }>(client, scope, {
    sql: `SELECT id, mos, toUInt8(left_silent OR right_silent) AS one_way FROM call_quality
      WHERE tenant = {tenant: String} AND (started_at, id) IN (${CALL_STARTS}) ORDER BY id, version DESC LIMIT 1 BY id`,
    params: callStartsParams(ids),
  });
  return new Map(rows.map((row) => [row.id, { mos: row.mos, isOneWay: row.one_way === 1 }]));
}

/** Of rows of a call the one with the highest version stands. */
export async function writeQuality(
  client: ClickHouseClient,
  { tenant }: TenantScope,
  version: number,
  calls: readonly { id: string; startedAt: number; summary: QualitySummary }[],
): Promise<void> {
  if (calls.length === 0) return;
  const values = calls.map(({ id, startedAt, summary: { mos, loss, jitter, heard, silent, network } }) => ({
    ...{ tenant, id, version, loss, jitter, mos: shown(mos) },
    started_at: (startedAt / 1e6).toFixed(6),
    ...{ left_mos: shown(heard.left), right_mos: shown(heard.right), left_silent: silent.left, right_silent: silent.right },
    ...{ left_network: network.left, right_network: network.right },
  }));
  await client.insert({ table: 'call_quality', format: 'JSONEachRow', values });
}

/** A score as people see it: a bound on it lets through what it seems to. */
const shown = (mos: number | null) => (mos === null ? null : Number(mos.toFixed(2)));
