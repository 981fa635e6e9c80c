import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { CallWriter } from '@callscope/ingest/write/call-writer.ts';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { type Stack, startStack } from '../medium/stack.ts';
import type { BenchResult } from './result.ts';

const ROWS = 30_000_000;
const BLOCK = 5_000;
const WARMING = 2;
const ROUNDS = 5;

export function storeOf(stack: Stack): ClickHouseClient {
  const port = /"message":"starting the store","port":(\d+)/.exec(stack.log())?.[1];
  return createClient({
    url: `http://callscope:${readFileSync(join(stack.dataDir, 'secrets/clickhouse'), 'utf8')}@127.0.0.1:${port}/callscope`,
    request_timeout: 600_000,
  });
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** The writer's speed, and the hourly chart of a month over 30 M calls of which one company has 14 M. */
export async function store(): Promise<BenchResult[]> {
  const stack = await startStack();
  const client = storeOf(stack);
  try {
    return [...(await writer(client)), ...(await month(client))];
  } finally {
    await client.close();
    await stack.end();
  }
}

export function callRow(i: number): CallRow {
  const start = 1_795_445_573_000_000 + i * 1_000;
  return {
    tenant: `t${i % 50}`,
    id: `${i.toString(16).padStart(24, '0')}@127.0.0.30`,
    callIds: [`${i.toString(16).padStart(24, '0')}@127.0.0.30`],
    direction: i % 3 === 0 ? 'out' : 'in',
    result: 'answered',
    missedKind: '',
    from: `7916${i % 10_000_000}`,
    dialled: '74951000101',
    dialledRaw: '74951000101',
    number: '74951000101',
    answeredBy: '101',
    employee: 'e101',
    group: 'sales',
    startedAt: start,
    ringingAt: start + 5_000,
    answeredAt: start + 2_000_000,
    endedAt: start + 60_000_000,
    sipCode: 200,
    hangupBy: 'caller',
    fromHost: '127.0.0.30',
    dialledHost: '127.0.0.10',
    edgeTenant: `t${i % 50}`,
    recordRule: 'all',
    trunk: 'carrier-1',
    source: 'events',
    legs: [{ target: '101', employee: 'e101', startedAt: start, result: 'answered', sipCode: 200, rang: true }],
    revision: 1,
  };
}

/** The median of rounds after the first ones: a store that has just started takes rows at half its speed. */
async function writer(client: ClickHouseClient): Promise<BenchResult[]> {
  const calls = new CallWriter(
    client,
    createLog('bench', { level: 'error' }),
    new AbortController().signal,
    'bench',
    async ({ reason }) => {
      throw new Error(reason);
    },
  );
  const blocks = 60;
  const speeds: number[] = [];
  for (let round = -WARMING; round < ROUNDS; round++) {
    const started = performance.now();
    for (let i = 0; i < blocks; i++) {
      const seq = (round + WARMING) * blocks + i;
      await calls.write({
        seq,
        at: 1_795_445_573_000,
        rows: Array.from({ length: BLOCK }, (_, row) => callRow(seq * BLOCK + row)),
        revisions: [],
        removed: [],
        security: [],
      });
    }
    if (round >= 0) speeds.push((blocks * BLOCK) / ((performance.now() - started) / 1_000));
  }
  await client.command({ query: 'TRUNCATE TABLE calls' });
  const perSecond = Math.round(quantile(speeds, 0.5));
  return [
    {
      name: 'the store',
      figure: `finished calls through the assembler's writer (blocks of ${BLOCK.toLocaleString('en')}, with call_ids), median of ${ROUNDS} rounds of ${(blocks * BLOCK).toLocaleString('en')}`,
      value: perSecond,
      unit: '/s',
      target: '≥ 60,000',
      met: perSecond >= 60_000,
    },
  ];
}

async function month(client: ClickHouseClient): Promise<BenchResult[]> {
  await client.command({
    query: `INSERT INTO calls (tenant, started_at, id, direction, result, missed_kind, caller, dialled, number, employee, answered_at, ended_at, revision, written_at)
      SELECT if(number % 30 < 14, 'big', concat('t', toString(number % 16))), toDateTime64('2026-10-01 00:00:00', 6, 'UTC') + toIntervalMicrosecond(toUInt64(number) * 89280), concat(hex(cityHash64(number)), '@h'),
        1 + (h1 % 10 >= 6) + (h1 % 10 >= 9), 1 + (h2 % 4 > 2) + (h2 % 16 = 15), if(h2 % 4 <= 2, 0, 4), concat('7916', toString(h1 % 10000000)), '74951000101', toString(74951000100 + h2 % 12), concat('e', toString(h1 % 40)),
        toDateTime64('2026-10-01 00:00:05', 6, 'UTC') + toIntervalMicrosecond(toUInt64(number) * 89280), toDateTime64('2026-10-01 00:00:05', 6, 'UTC') + toIntervalMicrosecond(toUInt64(number) * 89280) + toIntervalSecond(h2 % 300), 1, now64(3)
      FROM (SELECT number, cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2 FROM numbers(${ROWS}))`,
    clickhouse_settings: { max_insert_block_size: '1000000', max_execution_time: 0 },
  });
  const times: number[] = [];
  let hours = 0;
  for (let i = 0; i < 60; i++) {
    const started = performance.now();
    const answer = await client.query({
      query: `SELECT toStartOfHour(quarter, 'Europe/Moscow') AS hour, sumIf(n, direction = 'out') AS out, sumIf(n, direction = 'out' AND result != 'answered') AS outFailed, sumIf(n, direction = 'in') AS in, sumIf(n, direction = 'in' AND result != 'answered') AS inMissed
        FROM (SELECT toStartOfFifteenMinutes(started_at) AS quarter, direction, result, count() AS n FROM calls
          WHERE tenant = 'big' AND toStartOfFifteenMinutes(started_at) >= toDateTime('2026-10-01 00:00:00', 'Europe/Moscow') AND toStartOfFifteenMinutes(started_at) < toDateTime('2026-11-01 00:00:00', 'Europe/Moscow')
          GROUP BY quarter, direction, result)
        GROUP BY hour ORDER BY hour`,
      format: 'JSONEachRow',
      clickhouse_settings: { use_query_condition_cache: 0 } as never,
    });
    hours = (await answer.json()).length;
    times.push(performance.now() - started);
  }
  if (hours < 740) throw new Error(`the month has ${hours} hours`);
  const p95 = quantile(times, 0.95);
  return [
    { name: 'the store', figure: 'a month by hour, company with 14 M of 30 M calls, p50', value: quantile(times, 0.5), unit: 'ms' },
    {
      name: 'the store',
      figure: 'a month by hour, company with 14 M of 30 M calls, p95',
      value: p95,
      unit: 'ms',
      target: '< 80',
      met: p95 < 80,
    },
  ];
}
