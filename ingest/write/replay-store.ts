import type { CallRow } from '@callscope/core/domain/call.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { CALL_COLUMNS, selectCalls } from './call-store.ts';
import type { RawPeriod } from './raw-pages.ts';

/**
 * Tables beside `calls` for one replay: rebuilt rows, and the Call-IDs that were looked at. What differs is found by the
 * store. Their names are made by us, never from outside.
 */
export interface ReplayTables {
  calls: string;
  seen: string;
}

export interface ReplayScope extends RawPeriod {
  /** '' = every company */
  tenant: string;
}

export async function createReplayTables(client: ClickHouseClient, run: string): Promise<ReplayTables> {
  if (!/^[a-z0-9]+$/.test(run)) throw new RangeError('a run is named by letters and digits');
  const tables = { calls: `calls_replay_${run}`, seen: `seen_replay_${run}` };
  await client.command({ query: `CREATE TABLE ${tables.calls} AS calls ENGINE = MergeTree ORDER BY (tenant, started_at, id)` });
  await client.command({ query: `CREATE TABLE ${tables.seen} (call_id String) ENGINE = MergeTree ORDER BY call_id` });
  return tables;
}

export async function dropReplayTables(client: ClickHouseClient, tables: ReplayTables): Promise<void> {
  for (const table of [tables.calls, tables.seen]) await client.command({ query: `DROP TABLE IF EXISTS ${table} SYNC` });
}

/** Call-IDs of a period whose packets or events tie them to others: few, and read before all others. */
export async function tiedCallIds(client: ClickHouseClient, period: RawPeriod): Promise<string[]> {
  const inPeriod = `received_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') - INTERVAL 1 DAY
    AND at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')`;
  const answer = await client.query({
    query: `SELECT DISTINCT call_id FROM (
        SELECT call_id FROM messages WHERE ${inPeriod} AND code = 0 AND (method = 'REFER' OR (method = 'INVITE' AND (correlation != '' OR
          multiSearchAnyCaseInsensitive(payload, ['\\nreplaces', '\\nreferred-by', '\\nb:', '\\nb :', '\\ndiversion', '\\nhistory-info']))))
        UNION ALL
        SELECT call_id FROM events WHERE ${inPeriod} AND (method = 'E_CALL_TRANSFER' OR position(body, '"conversation"') > 0)
      ) WHERE call_id != ''`,
    query_params: { from: period.from, to: period.to },
    format: 'JSONEachRow',
  });
  return (await answer.json<{ call_id: string }>()).map((r) => r.call_id);
}

/** `same`: as they are · `changed`: other values · `gone`: no call any more, its raw rows were there · `unseen`: left alone, no raw rows */
export type Difference = 'same' | 'changed' | 'gone' | 'new' | 'unseen';

export interface Comparison {
  counts: Record<Difference, number>;
  /** how many of the changed rows have another value in this column */
  columns: Record<string, number>;
}

const DIFFERS = CALL_COLUMNS.map((c) => `c.${c} != r.${c}`);
const SIDE = (table: string) =>
  `(SELECT * FROM ${table} WHERE started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
    AND ({tenant: String} = '' OR tenant = {tenant: String}))`;
const JOINED = (tables: ReplayTables) =>
  `${SIDE('calls')} AS c FULL JOIN ${SIDE(tables.calls)} AS r ON c.tenant = r.tenant AND c.id = r.id`;
/** A call is looked at when raw rows of its first Call-ID were: what has expired says nothing. */
const KIND = (
  tables: ReplayTables,
) => `multiIf(c.id = '', 'new', r.id = '', if(c.call_ids[1] IN (SELECT call_id FROM ${tables.seen}), 'gone', 'unseen'),
  c.started_at != r.started_at OR ${DIFFERS.join(' OR ')}, 'changed', 'same')`;
const SETTINGS = { join_algorithm: 'grace_hash', max_bytes_in_join: '400000000' } as const;

export async function compareReplay(client: ClickHouseClient, tables: ReplayTables, scope: ReplayScope): Promise<Comparison> {
  const columns = ['started_at', ...CALL_COLUMNS];
  const answer = await client.query({
    query: `SELECT ${KIND(tables)} AS kind, count() AS n, ${columns.map((c) => `countIf(c.${c} != r.${c}) AS d_${c}`).join(', ')}
      FROM ${JOINED(tables)} GROUP BY kind`,
    query_params: { ...scope },
    format: 'JSONEachRow',
    clickhouse_settings: SETTINGS,
  });
  const counts: Comparison['counts'] = { same: 0, changed: 0, gone: 0, new: 0, unseen: 0 };
  const differing: Record<string, number> = {};
  for (const row of await answer.json<Record<string, string>>()) {
    counts[row.kind as Difference] = Number(row.n);
    if (row.kind !== 'changed') continue;
    for (const column of columns) if (Number(row[`d_${column}`]) > 0) differing[column] = Number(row[`d_${column}`]);
  }
  return { counts, columns: differing };
}

/** Company and id of everything that differs in these ways. */
export async function differingCalls(
  client: ClickHouseClient,
  tables: ReplayTables,
  scope: ReplayScope,
  kinds: readonly Difference[],
): Promise<{ tenant: string; id: string }[]> {
  const answer = await client.query({
    query: `SELECT tenant, id FROM (SELECT ${KIND(tables)} AS kind, if(c.id = '', r.tenant, c.tenant) AS tenant, if(c.id = '', r.id, c.id) AS id
      FROM ${JOINED(tables)}) WHERE kind IN ({kinds: Array(String)}) ORDER BY id, tenant`,
    query_params: { ...scope, kinds },
    format: 'JSONEachRow',
    clickhouse_settings: SETTINGS,
  });
  return answer.json();
}

/** The rows of these calls as they are and as they were rebuilt. */
export async function bothRows(
  client: ClickHouseClient,
  tables: ReplayTables,
  scope: ReplayScope,
  ids: readonly string[],
): Promise<{ old: CallRow[]; rebuilt: CallRow[] }> {
  const where = `started_at >= fromUnixTimestamp64Micro({from: Int64}, 'UTC') AND started_at < fromUnixTimestamp64Micro({to: Int64}, 'UTC')
    AND ({tenant: String} = '' OR tenant = {tenant: String}) AND id IN ({ids: Array(String)})`;
  const [old, rebuilt] = await Promise.all(['calls', tables.calls].map((table) => selectCalls(client, table, where, { ...scope, ids })));
  return { old: old ?? [], rebuilt: rebuilt ?? [] };
}
