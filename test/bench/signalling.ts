import { loadavg } from 'node:os';
import type { SignallingFilter } from '@callscope/analytics/query/signalling.ts';
import { searchSignalling } from '@callscope/analytics/run/signalling.ts';
import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Stack, startStack } from '../medium/stack.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { quantile, storeOf } from './store.ts';

/** Calls of each second, as the operator may have them. */
const RATE = 1_000;
const TIMES = 30;
const WARM = 3;
/** A call as its edge traces it: 14 messages, six kinds of start line that are searched, two users each. */
const MESSAGES = 14;
const PAYLOAD = 400;

const scope = { operator: true } as OperatorScope;

/**
 * The operator's search over messages of a thousand calls a second, at two lengths of time: what grows with it is what a search reads.
 * Asked as its page asks (analytics/run/signalling.ts), each time for another value. @param calls of the longer one
 */
export async function signalling(calls: number): Promise<BenchResult[]> {
  const stack = await startStack();
  const maker = storeOf(stack);
  const store = connectClickhouse(stack.storeUrl(), 'callscope-bench');
  const results: BenchResult[] = [];
  try {
    const end = Date.now() - 120_000;
    let made = 0;
    for (const size of [Math.round(calls / 8), calls]) {
      // the longer time has the shorter one in it, which is its end
      await makeMessages(maker, made, size - made, end);
      made = size;
      for (const table of ['signalling', 'messages'])
        await maker.command({ query: `OPTIMIZE TABLE ${table}`, clickhouse_settings: { max_execution_time: 0 } });
      const period = { from: end - (size / RATE) * 1_000 - 60_000, to: end + 60_000 };
      const name = `the search of signalling, ${(size / RATE / 60).toFixed(1)} minutes of ${RATE.toLocaleString('en')} calls/s (${((size * 12) / 1e6).toFixed(1)} M rows)`;
      for (const { figure, fields } of QUESTIONS)
        results.push(await measure(stack, store, name, figure, (n) => ({ ...period, ...fields(n, size) })));
      const [parts] = await (
        await maker.query({
          query:
            "SELECT sumIf(bytes_on_disk, table = 'signalling') AS found, sumIf(bytes_on_disk, table = 'messages') AS whole FROM system.parts WHERE active",
          format: 'JSONEachRow',
        })
      ).json<{ found: string; whole: string }>();
      results.push({
        name,
        figure: 'what a call takes on the disk, to be found',
        value: Math.round(Number(parts?.found) / size),
        unit: 'bytes',
      });
    }
  } finally {
    await Promise.all([maker.close(), store.close()]);
    await stack.end();
  }
  return results;
}

const QUESTIONS: { figure: string; fields: (n: number, calls: number) => Omit<SignallingFilter, 'from' | 'to'> }[] = [
  { figure: 'the newest, whatever they are', fields: () => ({}) },
  { figure: 'a number', fields: (n, calls) => ({ user: callerOf((n * 7_919) % calls) }) },
  { figure: 'a number that nobody has', fields: (n) => ({ user: `7999${String(n).padStart(7, '0')}` }) },
  { figure: 'a number and an answer that it never had', fields: (n, calls) => ({ user: callerOf((n * 7_919) % calls), code: 488 }) },
  { figure: 'an address of a phone', fields: (n) => ({ ip: `10.20.${n % 200}.${(n * 37) % 250}` }) },
  { figure: 'an address that nobody has', fields: (n) => ({ ip: `203.0.113.${n}` }) },
  { figure: 'an agent that is rare', fields: () => ({ agent: 'friendly' }) },
  { figure: 'an agent that nobody has', fields: (n) => ({ agent: `nobody${n}` }) },
  { figure: 'an answer that is rare', fields: () => ({ code: 503 }) },
  { figure: 'a Call-ID', fields: (n, calls) => ({ callId: callIdOf((n * 7_919) % calls) }) },
];

const callerOf = (i: number) => `7916${String(i).padStart(7, '0')}`;
const callIdOf = (i: number) => `${i.toString(16).toUpperCase().padStart(16, '0')}-0a1b2c3d4e5f@edge`;

/** Calls are numbered from the end, so that the shorter time keeps its own when the longer one is made. @param end ms: when the last call begins */
async function makeMessages(store: ClickHouseClient, first: number, calls: number, end: number): Promise<void> {
  const settings = { max_insert_block_size: '500000', max_execution_time: 0, max_partitions_per_insert_block: '0' };
  const call = (per: number) => `intDiv(number, ${per}) + ${first} AS i, number % ${per} AS k`;
  const at = (k: string) => `fromUnixTimestamp64Micro(toInt64(${end * 1_000} - i * ${1e6 / RATE} + ${k}), 'UTC')`;
  const callId = "concat(leftPad(hex(i), 16, '0'), '-0a1b2c3d4e5f@edge')";
  const phone = "concat('10.20.', toString(i % 200), '.', toString(i % 250))";
  await store.command({
    query: `INSERT INTO signalling (received_at, at, user, call_id, method, code, from_user, to_user, agent, hosts)
      SELECT at, at, if(k % 2 = 0, caller, dialled), ${callId}, if(kind < 4, 'INVITE', 'BYE'), code, caller, dialled, agent, [${phone}, '192.0.2.10', '192.0.2.20']
      FROM (SELECT ${call(12)}, intDiv(k, 2) AS kind, ${at('[0, 20000, 2000000, 9000000, 60000000, 60020000][kind + 1]')} AS at,
        concat('7916', leftPad(toString(i), 7, '0')) AS caller, concat('7495100', leftPad(toString(i % 3000), 4, '0')) AS dialled,
        [0, 407, 180, if(i % 50000 = 7, 503, 200), 0, 200][kind + 1] AS code,
        if(i % 60000 = 11, 'friendly-scanner', concat('Yealink SIP-T', toString(20 + i % 40), ' 66.85.0.', toString(i % 7))) AS agent
        FROM numbers(${calls * 12}))`,
    clickhouse_settings: settings,
  });
  await store.command({
    query: `INSERT INTO messages (received_at, stream_seq, idx, call_id, at, edge, channel, protocol, src_ip, src_port, dst_ip, dst_port, method, code, cseq, hash, payload)
      SELECT at, i, k, ${callId}, at, 'edge', 'hep-udp', 17, if(k % 2 = 0, ${phone}, '192.0.2.10'), 5060, if(k % 2 = 0, '192.0.2.10', ${phone}), 5060,
        if(k < 9, 'INVITE', 'BYE'), [0, 100, 0, 100, 180, 180, 200, 200, 0, 0, 0, 200, 200, 0][k + 1], 1, cityHash64(i, k), concat('INVITE sip:', toString(i), repeat('x', ${PAYLOAD}))
      FROM (SELECT ${call(MESSAGES)}, ${at('k * 100000')} AS at FROM numbers(${calls * MESSAGES}))`,
    clickhouse_settings: settings,
  });
}

async function measure(
  stack: Stack,
  store: ClickHouseClient,
  name: string,
  figure: string,
  filterOf: (n: number) => SignallingFilter,
): Promise<BenchResult> {
  const times: number[] = [];
  let found = 0;
  let before = 0;
  for (let n = 0; n < WARM + TIMES; n++) {
    if (n === WARM) before = cpuOf(stack);
    const asked = performance.now();
    found = (await searchSignalling(store, scope, filterOf(n), 50)).length;
    if (n >= WARM) times.push(performance.now() - asked);
  }
  // what others on the machine cannot make longer
  const each = ((cpuOf(stack) - before) * 1_000) / TIMES;
  const result = {
    name,
    figure: `${figure}: ${found} found, p95 of ${TIMES} (p50 ${quantile(times, 0.5).toFixed(0)} ms, CPU of all services ${each.toFixed(0)} ms)`,
    value: quantile(times, 0.95),
    unit: 'ms',
  };
  console.error(`${result.figure}: ${result.value.toFixed(0)} ms; load ${loadavg()[0]?.toFixed(1)}`);
  return result;
}

const cpuOf = ({ pid }: Stack) => usageOfTree(pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
