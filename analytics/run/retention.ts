import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { runAsOperator } from './run.ts';

/**
 * By which column each table's rows grow old, and the tables that go with it. A call counts from when it was written, so that a
 * replay of old captures does not vanish at once (sql/clickhouse).
 */
const AGES: Readonly<Record<string, readonly { table: string; age: string }[]>> = {
  messages: [
    { table: 'messages', age: 'toDateTime(received_at)' },
    // what they are found by
    { table: 'signalling', age: 'toDateTime(received_at)' },
  ],
  rtcp: [{ table: 'rtcp', age: 'toDateTime(received_at)' }],
  events: [{ table: 'events', age: 'toDateTime(received_at)' }],
  calls: [
    { table: 'calls', age: 'toDateTime(written_at)' },
    { table: 'call_revisions', age: 'toDateTime(at)' },
    { table: 'known_numbers', age: 'written_at' },
    // no sooner than the call itself
    { table: 'call_people', age: 'written_on + INTERVAL 1 DAY' },
    { table: 'call_quality', age: 'toDateTime(started_at) + INTERVAL 1 DAY' },
    { table: 'call_costs', age: 'toDateTime(started_at) + INTERVAL 1 DAY' },
  ],
  registrations: [{ table: 'registrations', age: 'toDateTime(written_at)' }],
  security_events: [{ table: 'security_events', age: 'toDateTime(written_at)' }],
};

/** Tables in which the calls of one company are let go of before all others', by the beginning of the call. */
const OF_COMPANY = ['call_ids', 'call_people', 'call_marks', 'call_quality', 'call_costs', 'calls'] as const;

const DAYS_OF_YEAR = 365.25;

const agesOf = (what: string) => {
  const ages = AGES[what];
  if (ages === undefined) throw new RangeError(`${what} is not kept for a time`);
  return ages;
};

/** Which of these rules the store itself goes by, in each of the tables that they are about. @param rules days by what is kept */
export async function rulesInForce(
  client: ClickHouseClient,
  scope: OperatorScope,
  rules: Readonly<Record<string, number>>,
): Promise<Set<string>> {
  const whats = Object.keys(rules);
  const rows = await runAsOperator<{ name: string; made: string }>(client, scope, {
    sql: 'SELECT name, create_table_query AS made FROM system.tables WHERE database = currentDatabase() AND name IN {names: Array(String)}',
    params: { names: whats.flatMap((what) => agesOf(what).map(({ table }) => table)) },
  });
  const days = new Map(rows.map(({ name, made }) => [name, daysIn(made)]));
  return new Set(whats.filter((what) => agesOf(what).every(({ table }) => days.get(table) === rules[what])));
}

/** Days after which a table's rows go, by the statement that it was made with; null: it does not say it in days. */
function daysIn(made: string): number | null {
  const ttl = / TTL (.*?)(?: SETTINGS |$)/.exec(made)?.[1] ?? '';
  const [, unit, count] = /toInterval(Day|Year)\((\d+)\)$/.exec(ttl) ?? [];
  // as the tables were made (sql/clickhouse): a year counts with its leap day
  return unit === undefined ? null : unit === 'Day' ? Number(count) : Math.ceil(Number(count) * DAYS_OF_YEAR);
}

/**
 * From now on rows go after so many days, also those that are there. Only the parts' own note of it is made anew, nothing is
 * rewritten: what is past goes with the next merge.
 */
export async function putInForce(client: ClickHouseClient, _scope: OperatorScope, what: string, days: number): Promise<void> {
  for (const { table, age } of agesOf(what)) {
    await client.command({ query: `ALTER TABLE ${table} MODIFY SETTING materialize_ttl_recalculate_only = 1` });
    await client.command({ query: `ALTER TABLE ${table} MODIFY TTL ${age} + INTERVAL ${Math.floor(days)} DAY` });
  }
}

export interface TableSize {
  rows: number;
  /** on disk, compressed */
  bytes: number;
}

/** What each table takes, of all that the store has. */
export async function tableSizes(client: ClickHouseClient, scope: OperatorScope): Promise<Map<string, TableSize>> {
  const rows = await runAsOperator<{ table: string; rows: string; bytes: string }>(client, scope, {
    sql: `SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
      WHERE active AND database = currentDatabase() GROUP BY table`,
    params: {},
  });
  return new Map(rows.map((r) => [r.table, { rows: Number(r.rows), bytes: Number(r.bytes) }]));
}

/** Calls of each company. */
export async function callsByCompany(client: ClickHouseClient, scope: OperatorScope): Promise<Map<string, number>> {
  const rows = await runAsOperator<{ tenant: string; calls: string }>(client, scope, {
    sql: 'SELECT tenant, count() AS calls FROM calls GROUP BY tenant',
    params: {},
  });
  return new Map(rows.map((r) => [r.tenant, Number(r.calls)]));
}

/** What would go by such a rule, of all that is there now: nothing is changed. @param now ms */
export async function wouldGo(
  client: ClickHouseClient,
  scope: OperatorScope,
  { what, days, now }: { what: string; days: number; now: number },
): Promise<{ rows: number; of: number }> {
  const [{ table, age } = { table: '', age: '' }] = agesOf(what);
  const [row] = await runAsOperator<{ gone: string; of: string }>(client, scope, {
    sql: `SELECT countIf(${age} + toIntervalDay({days: UInt32}) <= fromUnixTimestamp({now: Int64})) AS gone, count() AS of FROM ${table}`,
    params: { days, now: Math.floor(now / 1_000) },
  });
  return { rows: Number(row?.gone ?? 0), of: Number(row?.of ?? 0) };
}

/** Calls of a company that began before, ms: what would go. */
export async function callsBefore(client: ClickHouseClient, scope: OperatorScope, tenant: string, before: number): Promise<number> {
  const [row] = await runAsOperator<{ calls: string }>(client, scope, {
    sql: "SELECT count() AS calls FROM calls WHERE tenant = {tenant: String} AND started_at < fromUnixTimestamp64Milli({before: Int64}, 'UTC')",
    params: { tenant, before },
  });
  return Number(row?.calls ?? 0);
}

/** Lets go of a company's calls that began before, ms, with all that the store has of them; the calls last, so that who is halted finds them again. */
export async function removeCallsBefore(client: ClickHouseClient, _scope: OperatorScope, tenant: string, before: number): Promise<void> {
  for (const table of OF_COMPANY)
    await client.command({
      query: `DELETE FROM ${table} WHERE tenant = {tenant: String} AND started_at < fromUnixTimestamp64Milli({before: Int64}, 'UTC')`,
      query_params: { tenant, before },
    });
}
