import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { runAsOperator } from './run.ts';

/** A call of which two sources disagree. */
export interface Disagreement {
  tenant: string;
  callId: string;
  /** ms since the epoch */
  at: number;
}
export interface Disagreements {
  cause: 'cdr_missing' | 'bye_missing' | 'capture_missing' | 'events_missing';
  count: number;
  /** the first of them */
  some: Disagreement[];
}

/** A call that begins at the end of a day sends packets of it so long after: the longest that edges let one be (docs/edge.md). */
const LONGEST_MS = 4 * 3_600_000;
/** Clocks of edges are so far from ours at most. */
const BEFORE_MS = 3_600_000;
const ACCOUNTED = "method = 'E_ACC_CDR'";

/** Packets and events of a time, whenever they came: what an edge kept through an outage comes later. Days are partitions. */
const within = (begins: number, ends: number) => ({ earliest: begins - BEFORE_MS, begins, ends });
const OF_TIME = `received_at >= fromUnixTimestamp64Milli({earliest: Int64}, 'UTC')
  AND at >= fromUnixTimestamp64Milli({begins: Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({ends: Int64}, 'UTC')`;
const BEGAN = "started_at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')";

/** When the first packet that is kept of [from, to), ms, was received, ms; null: none is. */
export async function firstPacket(
  client: ClickHouseClient,
  scope: OperatorScope,
  { from, to }: { from: number; to: number },
): Promise<number | null> {
  const [row] = await runAsOperator<{ ms: string; count: string }>(client, scope, {
    sql: `SELECT toUnixTimestamp64Milli(min(received_at)) AS ms, count() AS count FROM messages WHERE ${OF_TIME}`,
    params: within(from, to),
  });
  return row === undefined || Number(row.count) === 0 ? null : Number(row.ms);
}

/**
 * Each call that began in [from, to), ms, against what was captured and told of its Call-IDs, set against set: one question,
 * however many there are. A company that captured nothing that day, or whose edge told nothing, is not asked for it.
 */
export async function callsAgainstSources(
  client: ClickHouseClient,
  scope: OperatorScope,
  { from, to, most }: { from: number; to: number; most: number },
): Promise<{ calls: number; captured: number; told: number; accounted: number; found: Disagreements[] }> {
  const joined = `
    WITH packets AS (
      SELECT call_id, count() AS packets, countIf(method = 'BYE') AS byes FROM messages
      WHERE ${OF_TIME} AND method IN ('INVITE', 'BYE') AND code = 0 GROUP BY call_id),
    told AS (
      SELECT call_id, count() AS events, countIf(${ACCOUNTED}) AS cdrs FROM events WHERE ${OF_TIME} AND call_id != '' GROUP BY call_id),
    dialogs AS (
      SELECT tenant, id, started_at, result, arrayJoin(call_ids) AS call_id FROM (
        SELECT tenant, id, started_at, result, call_ids FROM calls WHERE ${BEGAN} ORDER BY tenant, started_at, id, revision DESC LIMIT 1 BY tenant, id)),
    joined AS (
      SELECT tenant, id, min(started_at) AS began, any(result) = 'answered' AS is_answered,
        sum(p.packets) AS packets, sum(p.byes) AS byes, sum(t.events) AS events, sum(t.cdrs) AS cdrs
      FROM dialogs AS d LEFT JOIN packets AS p ON p.call_id = d.call_id LEFT JOIN told AS t ON t.call_id = d.call_id
      GROUP BY tenant, id)`;
  const params = { from, to, ...within(from - BEFORE_MS, to + LONGEST_MS), most };
  const [sums] = await runAsOperator<{ calls: string; captured: string; told: string; accounted: string }>(client, scope, {
    sql: `${joined} SELECT count() AS calls, countIf(packets > 0) AS captured, countIf(events > 0) AS told, countIf(cdrs > 0) AS accounted FROM joined`,
    params,
  });
  const rows = await runAsOperator<{ cause: Disagreements['cause']; count: string; some: [string, string, string][] }>(client, scope, {
    sql: `${joined}
      SELECT cause, count() AS count, groupArray({most: UInt32})((tenant, id, toString(toUnixTimestamp64Milli(toDateTime64(began, 3, 'UTC'))))) AS some
      FROM (
        SELECT tenant, id, began, arrayJoin([
          if(is_answered AND events > 0 AND cdrs = 0, 'cdr_missing', ''),
          if(is_answered AND packets > 0 AND byes = 0, 'bye_missing', ''),
          if(packets = 0 AND has_capture, 'capture_missing', ''),
          if(events = 0 AND has_events, 'events_missing', '')]) AS cause
        FROM (SELECT *, max(packets) OVER (PARTITION BY tenant) > 0 AS has_capture, max(events) OVER (PARTITION BY tenant) > 0 AS has_events FROM joined)
        ORDER BY began, id)
      WHERE cause != '' GROUP BY cause`,
    params,
  });
  return {
    ...{ calls: Number(sums?.calls), captured: Number(sums?.captured), told: Number(sums?.told), accounted: Number(sums?.accounted) },
    found: rows.map(({ cause, count, some }) => ({
      cause,
      count: Number(count),
      some: some.map(([tenant, callId, at]) => ({ tenant, callId, at: Number(at) })),
    })),
  };
}

/**
 * Call-IDs that were captured as answered, or accounted for, in [from, to), ms, and lead to no call.
 * @returns how many there are, and the first of them
 */
export async function dialogsWithoutCall(
  client: ClickHouseClient,
  scope: OperatorScope,
  { from, to, most }: { from: number; to: number; most: number },
): Promise<{ count: number; some: { callId: string; at: number; isCaptured: boolean }[] }> {
  const seen = `SELECT call_id, at, 1 AS captured FROM messages WHERE ${OF_TIME} AND method = 'INVITE' AND code = 200
      UNION ALL SELECT call_id, at, 0 FROM events WHERE ${OF_TIME} AND ${ACCOUNTED} AND call_id != ''`;
  const rows = await runAsOperator<{ call_id: string; ms: string; captured: number; of: string }>(client, scope, {
    sql: `SELECT call_id, toUnixTimestamp64Milli(toDateTime64(min(at), 3, 'UTC')) AS ms, max(captured) AS captured, count() OVER () AS of
      FROM (${seen})
      WHERE call_id NOT IN (SELECT call_id FROM call_ids WHERE call_id IN (SELECT call_id FROM (${seen})))
      GROUP BY call_id ORDER BY ms, call_id LIMIT {most: UInt32}`,
    params: { ...within(from, to), most },
  });
  return {
    count: Number(rows[0]?.of ?? 0),
    some: rows.map((r) => ({ callId: r.call_id, at: Number(r.ms), isCaptured: r.captured === 1 })),
  };
}

/** Which of these Call-IDs lead to no call. */
export async function callIdsWithoutCall(client: ClickHouseClient, scope: OperatorScope, callIds: readonly string[]): Promise<Set<string>> {
  if (callIds.length === 0) return new Set();
  const rows = await runAsOperator<{ call_id: string }>(client, scope, {
    sql: 'SELECT DISTINCT call_id FROM call_ids WHERE call_id IN {callIds: Array(String)}',
    params: { callIds },
  });
  const there = new Set(rows.map((r) => r.call_id));
  return new Set(callIds.filter((id) => !there.has(id)));
}

/** Which of these calls of a company there are not, by their ids. @param from @param to ms: about when they began */
export async function callsNotThere(
  client: ClickHouseClient,
  scope: OperatorScope,
  { tenant, ids, from, to }: { tenant: string; ids: readonly string[]; from: number; to: number },
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await runAsOperator<{ id: string }>(client, scope, {
    sql: `SELECT DISTINCT id FROM calls WHERE tenant = {tenant: String} AND id IN {ids: Array(String)} AND ${BEGAN}`,
    params: { tenant, ids, from, to },
  });
  const there = new Set(rows.map((r) => r.id));
  return new Set(ids.filter((id) => !there.has(id)));
}
