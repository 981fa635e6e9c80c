import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KEY, type StoreRow } from '@callscope/analytics/query/answer.ts';
import { compile } from '@callscope/analytics/query/compile.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { incomingByEmployee, incomingByNumber } from '@callscope/analytics/reports/incoming.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import pg from 'pg';
import { type Stack, startStack } from '../medium/stack.ts';
import { DAYS, END, LARGEST, makeCalls, START, settle, ZONE } from './made-calls.ts';
import type { BenchResult } from './result.ts';
import { quantile, storeOf } from './store.ts';

const DAY = 86_400_000;
const TIMES = 40;

/** What reports read of a call: PostgreSQL is spared the legs, Call-IDs and hosts. */
const TABLE = `CREATE TABLE bench_calls (tenant text NOT NULL, started_at timestamptz NOT NULL, id text NOT NULL, direction text NOT NULL, result text NOT NULL,
  missed_kind text NOT NULL, caller text NOT NULL, dialled text NOT NULL, number text NOT NULL, employee text NOT NULL, group_id text NOT NULL,
  ringing_at timestamptz, answered_at timestamptz, ended_at timestamptz)`;
const COPIED = `SELECT tenant, started_at, id, direction, result, missed_kind, caller, dialled, number, employee, group_id,
  nullIf(ringing_at, toDateTime64(0, 6, 'UTC')), nullIf(answered_at, toDateTime64(0, 6, 'UTC')), ended_at FROM calls FORMAT TabSeparated`;
const INDEXES = ['(tenant, started_at)', '(tenant, number, started_at)', '(tenant, employee, started_at)'];

const OF_PERIOD =
  "FROM bench_calls WHERE tenant = $1 AND started_at >= to_timestamp($2) AND started_at < to_timestamp($3) AND direction = 'in'";
const TALK = 'sum(extract(epoch FROM ended_at - answered_at))';
/** The same question in both; PostgreSQL's as one would write it by hand. */
const QUESTIONS = [
  {
    ...{ figure: 'a month by hour', report: hourly, days: 30 },
    sql: `SELECT extract(epoch FROM date_trunc('hour', started_at AT TIME ZONE '${ZONE}') AT TIME ZONE '${ZONE}') AS key,
      count(*) FILTER (WHERE direction = 'out') AS out, count(*) FILTER (WHERE direction = 'out' AND result <> 'answered') AS "outFailed",
      count(*) FILTER (WHERE direction = 'in') AS in, count(*) FILTER (WHERE direction = 'in' AND result <> 'answered') AS "inMissed"
      ${OF_PERIOD.replace(" AND direction = 'in'", '')} GROUP BY 1`,
  },
  {
    ...{ figure: 'a month by employee', report: incomingByEmployee, days: 30 },
    sql: `SELECT employee AS key, count(*) AS calls, ${TALK} AS "talkSeconds" ${OF_PERIOD} GROUP BY 1`,
  },
  {
    ...{ figure: 'a year by number', report: incomingByNumber, days: DAYS },
    sql: `SELECT number AS key, count(*) AS in, count(*) FILTER (WHERE result = 'answered') AS "inAnswered",
      count(*) FILTER (WHERE result <> 'answered') AS "inMissed", ${TALK} AS "talkSeconds" ${OF_PERIOD} GROUP BY 1`,
  },
];

/** The same rows in the store and in the embedded PostgreSQL with the usual indexes, as the product brings both. */
export async function besidePostgres(calls: number): Promise<BenchResult[]> {
  const stack = await startStack();
  const store = storeOf(stack);
  const client = new pg.Client({ connectionString: stack.databaseUrl() });
  await client.connect();
  try {
    await makeCalls(store, calls);
    await settle(store);
    await copyTo(client, store, stack);
    const name = `the same ${calls / 1e6} M calls, largest company`;
    const results: BenchResult[] = [];
    for (const { figure, report, days, sql } of QUESTIONS) {
      const [here, there]: [number[], number[]] = [[], []];
      for (let i = 0; i < TIMES + 2; i++) {
        const to = END - i * DAY;
        const from = Math.max(START, to - days * DAY);
        const plan = compile(planReport(report, { from, to }, { zone: ZONE, country: 'RU', rules: DEFAULT_RULES }));
        const [rows, ms] = await clocked(async () => {
          const answer = await store.query({ query: plan.sql, query_params: { ...plan.params, tenant: LARGEST }, format: 'JSONEachRow' });
          return answer.json<StoreRow>();
        });
        const [theirs, theirMs] = await clocked(async () => (await client.query<StoreRow>(sql, [LARGEST, from / 1_000, to / 1_000])).rows);
        sameAnswer(figure, rows, theirs);
        if (i < 2) continue;
        here.push(ms);
        there.push(theirMs);
      }
      for (const [who, times] of [
        ['ClickHouse', here],
        ['PostgreSQL', there],
      ] as const)
        results.push({
          name,
          figure: `${figure}, ${who}, p95 of ${TIMES} (p50 ${quantile(times, 0.5).toFixed(0)} ms)`,
          value: quantile(times, 0.95),
          unit: 'ms',
        });
      console.error(`${figure}: ${quantile(here, 0.5).toFixed(0)} ms against ${quantile(there, 0.5).toFixed(0)} ms`);
    }
    return results;
  } finally {
    await client.end();
    await store.close();
    await stack.end();
  }
}

async function copyTo(client: pg.Client, store: ClickHouseClient, { dataDir }: Stack): Promise<void> {
  const file = join(dataDir, 'bench-calls.tsv');
  const { stream } = await store.exec({ query: COPIED, clickhouse_settings: { max_execution_time: 0 } });
  await pipeline(stream, createWriteStream(file));
  await client.query(TABLE);
  await client.query(`COPY bench_calls FROM '${file}'`);
  await rm(file);
  for (const columns of INDEXES) await client.query(`CREATE INDEX ON bench_calls ${columns}`);
  await client.query('VACUUM ANALYZE bench_calls');
}

async function clocked<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const answer = await work();
  return [answer, performance.now() - began];
}

/** Otherwise the two were asked different things. @throws Error */
function sameAnswer(figure: string, ours: readonly StoreRow[], theirs: readonly StoreRow[]): void {
  const counts = (rows: readonly StoreRow[]) =>
    rows.map((row) => JSON.stringify(Object.entries(row).map(([id, n]) => (id === KEY || id === 'talkSeconds' ? '' : Number(n))))).sort();
  if (ours.length !== theirs.length || counts(ours).join() !== counts(theirs).join())
    throw new Error(`${figure}: the stores answer differently, ${ours.length} and ${theirs.length} rows`);
}
