import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { wallClockOf } from '@callscope/core/domain/zone.ts';
import { createLog } from '@callscope/core/node/log.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { checkBooks } from '@callscope/modules/finance/check.ts';
import { rateCalls } from '@callscope/modules/finance/rating.ts';
import { compileTariff, momentOf, type PriceLine, type RatableCall, rate, serviceOf } from '@callscope/modules/finance/rules-rating.ts';
import { Terms } from '@callscope/modules/finance/terms.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import { startStack } from '../medium/stack.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';

const EVERY = { operator: true } as OperatorScope;
/** Of a price list: countries, zones and operators of Russia. */
const PREFIXES = 5_000;
const COMPANIES = 100;
const BATCH = 5_000;
const ROUNDS = 40;
const START = Date.UTC(2026, 10, 24, 8) * 1_000;

const prefixOf = (i: number) => (i < 200 ? String(200 + i) : `7${String(9_000_000 + i * 37).slice(0, 3 + (i % 4))}`);
const callOf = (n: number): RatableCall => ({
  ...{ id: `bench-${n}`, revision: 1, direction: 'out', from: '101', number: '' },
  dialled: n % 20 === 0 ? `44207${String(n).padStart(7, '0')}` : `7${String(9_000_000_000 + ((n * 7_919) % 999_999_999))}`,
  ...{ startedAt: START + n * 1_000, answeredAt: START + n * 1_000 + 5_000_000, endedAt: START + n * 1_000 + (5 + (n % 300)) * 1_000_000 },
});

/** What calls are charged with: the rule alone, and the whole of it with the ledger of a real PostgreSQL. */
export async function rating(): Promise<BenchResult[]> {
  const lines = [...new Set(Array.from({ length: PREFIXES }, (_, i) => prefixOf(i))), ''].map((prefix, i) => ({
    ...{ direction: 'out' as const, prefix, name: `line ${i}`, price: `${1 + (i % 40) / 10}`, connection: '0' },
    ...{ minSeconds: 0, stepSeconds: 1 + (i % 2) * 59, freeSeconds: 3 },
  }));
  const results = [alone(lines)];
  const stack = await startStack();
  const postgres = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'bench', createLog('bench', { level: 'error' }));
  try {
    await stack.rest('PUT', '/ops/tariffs/bench', { name: 'Bench', vatPercent: 20, vatIncluded: true, lines });
    for (let i = 0; i < COMPANIES; i++) {
      await stack.rest('PUT', `/tenants/c${i}`, { name: `Company ${i}`, domain: `c${i}.pbx.test` });
      const [beginsOn, tariff] = ['2026-11-01', 'bench'];
      await stack.rest('PUT', `/tenants/c${i}/contracts/${i}`, { beginsOn, tariffs: [{ tariff, fromOn: beginsOn }] });
    }
    const terms = new Terms();
    const batchOf = (first: number) =>
      Array.from({ length: BATCH }, (_, i) => ({ tenant: `c${i % COMPANIES}`, id: `bench-${first + i}`, call: callOf(first + i) }));
    await rateCalls(postgres.db, EVERY, terms, batchOf(0), Date.now());
    // ours rates and asks, the rest is PostgreSQL's: what others on the machine cannot make longer
    const cpu = () => usageOfTree(stack.pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds * 1e6, process.cpuUsage().user);
    const before = cpu();
    const started = performance.now();
    let rated = 0;
    let entries = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const done = await rateCalls(postgres.db, EVERY, terms, batchOf(round * BATCH), Date.now());
      rated += done.rated;
      entries += done.entries;
    }
    const perMinute = Math.round((rated / (performance.now() - started)) * 60_000);
    const each = (cpu() - before) / rated;
    if (rated !== ROUNDS * BATCH) throw new Error(`${rated} of ${ROUNDS * BATCH} calls were charged`);
    const faults = await checkBooks(postgres.db, EVERY, 0);
    if (faults.length > 0) throw new Error(`the books do not hold: ${JSON.stringify(faults)}`);
    const name = `charging calls of ${COMPANIES} companies, batches of ${BATCH.toLocaleString('en')}`;
    results.push({
      ...{
        name,
        figure: `calls rated, written and posted (${rated.toLocaleString('en')} calls, ${entries.toLocaleString('en')} entries, CPU of all services ${each.toFixed(0)} µs a call)`,
      },
      ...{ value: perMinute, unit: '/min', target: '≥ 1,000,000', met: perMinute >= 1e6 },
    });
  } finally {
    await postgres.close();
    await stack.end();
  }
  return results;
}

/** The rule on one core, the company's clock included. */
function alone(forms: readonly { prefix: string; price: string }[]): BenchResult {
  const tariff = compileTariff({
    ...{ id: 'bench', version: 1, vat: 2_000, vatIncluded: true, onNetFree: true, packages: [] },
    lines: forms.map(
      ({ prefix, price }, i): PriceLine => ({
        ...{
          id: String(i),
          direction: 'out',
          prefix,
          name: '',
          price: BigInt(Math.round(Number(price) * 1e6)),
          connection: 0n,
          minSeconds: 0,
        },
        ...{ stepSeconds: 60, freeSeconds: 3, weekdays: [], fromMinute: 0, toMinute: 0, validFrom: null, validUntil: null, package: '' },
      }),
    ),
  });
  const wall = wallClockOf('Europe/Moscow');
  const calls = Array.from({ length: 50_000 }, (_, n) => callOf(n));
  const isOnNet = (number: string) => number === '74951000101';
  const once = () => {
    for (const call of calls) rate(call, serviceOf(call) ?? 'outgoing', tariff, momentOf(wall(call.answeredAt / 1_000)), isOnNet, () => 0);
  };
  once();
  const started = process.cpuUsage();
  for (let i = 0; i < 20; i++) once();
  // CPU and not time: others on the machine cannot make it longer
  const perSecond = Math.round((20 * calls.length * 1e6) / process.cpuUsage(started).user);
  return {
    ...{ name: 'one core, no I/O', figure: `calls rated, ${forms.length.toLocaleString('en')} prefixes` },
    ...{ value: perSecond, unit: '/s', target: '≥ 100,000', met: perSecond >= 1e5 },
  };
}
