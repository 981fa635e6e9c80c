import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { callStartsParams, secondsOf } from './call-starts.ts';
import { run, runAsOperator } from './run.ts';

/** What `call_marks` keeps of a call (sql/clickhouse/0009_call_marks.sql). */
export interface KeptMarks {
  tags: readonly string[];
  hasNote: boolean;
  comments: number;
  score: number | null;
  /** ms */
  talk: {
    recorded: number;
    left: number;
    right: number;
    longestLeft: number | null;
    longestRight: number | null;
    overtalk: number;
    silence: number;
    longestSilence: number;
  } | null;
}

/** When these calls began, µs since the epoch; one that the store does not have is not in it. */
export async function startsOfCalls(client: ClickHouseClient, scope: TenantScope, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await run<{ id: string; started_us: string }>(client, scope, {
    sql: `SELECT id, toString(toUnixTimestamp64Micro(min(started_at))) AS started_us FROM call_ids
      WHERE call_id IN {callIds: Array(String)} AND tenant = {tenant: String} AND id IN {ids: Array(String)} GROUP BY id`,
    params: callStartsParams(ids),
  });
  return new Map(rows.map((row) => [row.id, row.started_us]));
}

/** @param marks null: the call has none any more */
export async function writeMarks(
  client: ClickHouseClient,
  { tenant }: TenantScope,
  version: string,
  calls: readonly { id: string; startedUs: string; marks: KeptMarks | null }[],
): Promise<void> {
  if (calls.length === 0) return;
  const values = calls.map(({ id, startedUs, marks }) => ({
    ...{ tenant, started_at: secondsOf(startedUs), id, version, tags: marks?.tags ?? [], has_note: marks?.hasNote ?? false },
    ...{ comments: marks?.comments ?? 0, score: marks?.score ?? null },
    ...{ recorded_ms: marks?.talk?.recorded ?? null, talk_left_ms: marks?.talk?.left ?? null, talk_right_ms: marks?.talk?.right ?? null },
    ...{ longest_left_ms: marks?.talk?.longestLeft ?? null, longest_right_ms: marks?.talk?.longestRight ?? null },
    ...{ overtalk_ms: marks?.talk?.overtalk ?? null, silence_ms: marks?.talk?.silence ?? null },
    longest_silence_ms: marks?.talk?.longestSilence ?? null,
  }));
  await client.insert({ table: 'call_marks', format: 'JSONEachRow', values });
}

/** Nothing was ever carried, or the table was made anew. */
export async function marksAreEmpty(client: ClickHouseClient, scope: OperatorScope): Promise<boolean> {
  const rows = await runAsOperator(client, scope, { sql: 'SELECT 1 FROM call_marks LIMIT 1', params: {} });
  return rows.length === 0;
}
