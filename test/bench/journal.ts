import { loadavg } from 'node:os';
import { type CallFilter, filterFromQuery } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { type After, countCalls, listLines } from '@callscope/analytics/run/calls.ts';
import { withNumbers } from '@callscope/analytics/run/known-numbers.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { connectClickhouse } from '@callscope/core/node/clickhouse.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Stack, startStack } from '../medium/stack.ts';
import { ALONE, DAYS, END, LARGEST, makeCalls, START, settle, ZONE } from './made-calls.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { quantile, storeOf } from './store.ts';

const DAY = 86_400_000;
const TIMES = 60;
/** The first ones warm code and the store's files up. */
const WARM = 5;
/** What misses its target by far is asked less often. */
const PATIENCE_MS = 5_000;
const FEWEST = 10;
/** A page and the row that says whether there is another. */
const PAGE = 51;
const PAGE_MS = 60;
const PART_MS = 200;

const scope = { tenant: LARGEST } as TenantScope;
const company: Company = { zone: ZONE, country: 'RU', rules: DEFAULT_RULES };

type Asked = (n: number) => Promise<unknown>;
interface Question {
  figure: string;
  limit: number;
  ask: Asked;
}

/**
 * Pages of the journal of one company that has all of the calls, asked as the page asks for them (analytics/run/calls.ts). Each ask
 * has another period and other values, so that nothing which the store remembers of an answer helps.
 * @param kept where the data stay for another run; undefined: nowhere
 */
export async function journal(calls: number, kept?: string): Promise<BenchResult[]> {
  const stack = await startStack(kept === undefined ? {} : { dataDir: kept });
  const maker = storeOf(stack);
  const store = connectClickhouse(stack.storeUrl(), 'callscope-bench');
  const results: BenchResult[] = [];
  try {
    if ((await callsOf(maker)) < calls) {
      const began = performance.now();
      await makeCalls(maker, calls, ALONE);
      await settle(maker);
      console.error(`made and merged in ${Math.round((performance.now() - began) / 1_000)} s`);
    }
    const name = `the journal, ${calls / 1e6} M calls of one company`;
    for (const question of questions(store)) {
      const result = await measure(stack, name, question);
      results.push(result);
      console.error(`${result.figure}: ${result.value.toFixed(1)} ${result.unit}; load ${loadavg()[0]?.toFixed(1)}`);
    }
  } finally {
    await Promise.all([maker.close(), store.close()]);
    await (kept === undefined ? stack.end() : stack.stop());
  }
  return results;
}

function questions(store: ClickHouseClient): Question[] {
  const list = (query: string | ((n: number) => string), from: (n: number) => After | null = () => null): Asked => {
    return async (n) => {
      const filter = filterOver(n, typeof query === 'string' ? query : query(n));
      return listLines(store, scope, filter, await withNumbers(store, scope, filter, company), PAGE, from(n));
    };
  };
  const page = (figure: string, ...asked: Parameters<typeof list>): Question => ({ figure, limit: PAGE_MS, ask: list(...asked) });
  const part = (figure: string, ...asked: Parameters<typeof list>): Question => ({ figure, limit: PART_MS, ask: list(...asked) });
  const count = (figure: string, query: (n: number) => string, limit = PAGE_MS): Question => ({
    figure,
    limit,
    ask: async (n) => {
      const filter = filterOver(n, query(n));
      return countCalls(store, scope, filter, await withNumbers(store, scope, filter, company));
    },
  });
  return [
    page('a page, the first', ''),
    page('a page, deep in the year', '', deep),
    page('a page of an employee', (n) => `employee=e${(n * 37) % 500}`),
    page('a page of whom calls belong to', (n) => `author=e${(n * 37) % 500}`),
    page('a page of an own number', (n) => `number=${74_951_000_101 + (n % 50)}`),
    page('a page of a direction', (n) => `direction=${['in', 'out', 'internal'][n % 3]}`),
    page('a page of missed calls', 'direction=in&answered=false'),
    page('a page of missed calls, deep in the year', 'direction=in&answered=false', deep),
    page('a page of talks of three to four minutes', (n) => `talkMin=${180 + (n % 50)}&talkMax=240`),
    page('a page of what is rare: talks over twenty minutes', (n) => `talkMin=${1_200 + n}`),
    page('a page of what is rare: talks over an hour, of which there is none', (n) => `talkMin=${3_600 + n}`),
    page('a page of what is rare: failed calls of an employee', (n) => `direction=out&result=failed&employee=e${499 - n}`),
    page('a page of what is rare: an employee who left', (n) => `employee=gone${n}`),
    page('a page of what is rare: an own number without calls', (n) => `number=${74_959_000_101 + n}`),
    page(
      'a page of what is rare: missed at night by one number',
      (n) => `direction=in&answered=false&time=03:${10 + (n % 40)}-03:55&number=74951000150`,
    ),
    page('a page of a whole number', (n) => `caller=${outside(n)}`),
    part('part of a number, 4 digits', (n) => `text=${String(1_237 + n * 131).slice(-4)}`),
    part('part of a number, 7 digits', (n) => `text=${sevenOf(n)}`),
    part('part of a number, 7 digits that nobody has', (n) => `text=${8_000_000 + n}`),
    part('part of a number, its beginning', (n) => `caller=${outside(n).slice(0, 9)}*`),
    part(
      'part of a number, 4 digits of missed calls of an employee',
      (n) => `direction=out&answered=false&author=e${n % 500}&text=${4_321 + n}`,
    ),
    count('the row count beside a page, a month', (n) => `from=${iso(END - (30 + n) * DAY)}`),
    count('the row count beside a page of an employee, a month', (n) => `from=${iso(END - (30 + n) * DAY)}&employee=e${n}`),
    count('the row count beside a page, the year', () => ''),
    count('the row count beside a page of an author, the year', (n) => `author=e${n}`),
    count('the row count of a part of a number, 7 digits', (n) => `text=${sevenOf(n)}`, PART_MS),
  ];
}

/** The year, each time some hours shorter. */
function filterOver(n: number, query: string): CallFilter {
  return { from: START, to: END - n * 3_600_000, ...filterFromQuery(new URLSearchParams(query)) };
}

/** A call in the year, another each time: where a page goes on from. */
function deep(n: number): After {
  return { startedAt: (START + ((n * 97) % DAYS) * DAY + 43_200_000) * 1_000, id: '' };
}

/** A number of outside, as made-calls makes them; low ones call more often. */
function outside(n: number): string {
  return `7916${String((n * 104_729) % 10_000_000).padStart(7, '0')}`;
}

const sevenOf = (n: number) => outside(n).slice(3, 10);
const iso = (at: number) => new Date(at).toISOString();

async function callsOf(store: ClickHouseClient): Promise<number> {
  const answer = await store.query({ query: 'SELECT count() AS n FROM calls', format: 'JSONEachRow' });
  return Number((await answer.json<{ n: string }>())[0]?.n);
}

async function measure(stack: Stack, name: string, { figure, limit, ask }: Question): Promise<BenchResult> {
  for (let n = 0; n < WARM; n++) await ask(n);
  const [times, cpu, began]: [number[], number, number] = [[], cpuOf(stack), performance.now()];
  while (times.length < TIMES && (times.length < FEWEST || performance.now() - began < PATIENCE_MS)) {
    const asked = performance.now();
    await ask(WARM + times.length);
    times.push(performance.now() - asked);
  }
  const p95 = quantile(times, 0.95);
  // what others on the machine cannot make longer
  const each = ((cpuOf(stack) - cpu) * 1_000) / times.length;
  return {
    name,
    figure: `${figure}, p95 of ${times.length} (p50 ${quantile(times, 0.5).toFixed(0)} ms, CPU of all services ${each.toFixed(0)} ms)`,
    value: p95,
    unit: 'ms',
    target: `< ${limit}`,
    met: p95 < limit,
  };
}

const cpuOf = ({ pid }: Stack) => usageOfTree(pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
