import { loadavg } from 'node:os';
import { filterToQuery } from '@callscope/analytics/query/filter.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { REPORTS } from '@callscope/analytics/reports/index.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type Stack, startStack } from '../medium/stack.ts';
import { factors } from './analytics-factors.ts';
import { DAYS, END, LARGEST, makeCalls, makeCompanies, START, settle } from './made-calls.ts';
import { usageOfTree } from './processes.ts';
import type { BenchResult } from './result.ts';
import { quantile, storeOf } from './store.ts';

const DAY = 86_400_000;
const MONTH = 30;
const TIMES = 40;
/** What misses its target by far is asked less often. */
const PATIENCE_MS = 60_000;
const FEWEST = 10;
/** The first ones warm the portal's code up. */
const WARM = 3;
/** What stands in a projection, and what only the rows know; each ask takes the next one and another period. */
const FILTERS = {
  '': ['', 'direction=in,out', 'shortAbandons=exclude', 'result=answered,no_answer,busy,cancelled'],
  ' under other filters': ['weekday=1,2,3,4,5', 'talkMin=5', 'time=09:00-18:00', 'employee=e7,e8,e9', 'caller=7916*'],
} as const;

/**
 * The reports over the largest of fifty companies, through REST with a token.
 * @param kept where the data stay for another run; undefined: nowhere
 */
export async function analytics(calls: number, kept?: string): Promise<BenchResult[]> {
  const stack = await startStack(kept === undefined ? {} : { dataDir: kept });
  const store = storeOf(stack);
  const results: BenchResult[] = [];
  try {
    const ask = asker(stack, await makeCompanies(stack));
    if ((await callsOf(store)) < calls) {
      const began = performance.now();
      await makeCalls(store, calls);
      await settle(store);
      console.error(`made and merged in ${Math.round((performance.now() - began) / 1_000)} s`);
    }
    const name = `analytics, ${calls / 1e6} M calls`;
    const measured = (result: BenchResult) => {
      results.push(result);
      console.error(`${result.figure}: ${result.value.toFixed(0)} ${result.unit}; load ${loadavg()[0]?.toFixed(1)}`);
    };
    for (const size of await sizes(store, name)) measured(size);
    measured(await measure(stack, name, "a day's dashboard, its six questions at once", 100, dashboard(ask)));
    for (const [kind, filters] of Object.entries(FILTERS))
      for (const report of kind === '' ? REPORTS : REPORTS.filter(({ id }) => FROM_ROWS.includes(id))) {
        const [month, year] = kind === '' ? [150, 600] : [null, null];
        measured(await measure(stack, name, `${report.id}, a month${kind}`, month, reportOver(ask, report, MONTH, filters)));
        if (report.mostDays === null || report.mostDays >= DAYS)
          measured(await measure(stack, name, `${report.id}, a year${kind}`, year, reportOver(ask, report, DAYS, filters)));
      }
    for (const factor of await factors(store, name)) measured(factor);
  } finally {
    await store.close();
    await (kept === undefined ? stack.end() : stack.stop());
  }
  return results;
}

/** Asked under filters that only the rows know too. */
const FROM_ROWS = ['hourly', 'incoming-by-number', 'incoming-by-employee', 'service-level'];

/** The store says that the question is too large. */
class Refused extends Error {}

type Ask = (path: string) => Promise<void>;

function asker(stack: Stack, token: string): Ask {
  return async (path) => {
    const response = await fetch(`${stack.portal}/api/v1/tenants/${LARGEST}/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (response.status === 422) throw new Refused(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  };
}

async function callsOf(store: ClickHouseClient): Promise<number> {
  const answer = await store.query({ query: 'SELECT count() AS n FROM calls', format: 'JSONEachRow' });
  return Number((await answer.json<{ n: string }>())[0]?.n);
}

async function sizes(store: ClickHouseClient, name: string): Promise<BenchResult[]> {
  const one = async (query: string) => {
    const answer = await store.query({ query, query_params: { tenant: LARGEST }, format: 'JSONEachRow' });
    return Number((await answer.json<{ n: string }>())[0]?.n);
  };
  const parts = "FROM system.parts WHERE table = 'calls' AND active";
  return [
    {
      name,
      figure: 'calls of the largest company',
      value: await one('SELECT count() AS n FROM calls WHERE tenant = {tenant: String}'),
      unit: '',
    },
    { name, figure: 'parts of the table', value: await one(`SELECT count() AS n ${parts}`), unit: '' },
    { name, figure: 'on disk, projections included', value: (await one(`SELECT sum(bytes_on_disk) AS n ${parts}`)) / 1e9, unit: 'GB' },
  ];
}

/**
 * Asks until there are enough.
 * @param question the n-th, another each time
 * @param limit of the 95th percentile, in ms; null: none is asked for
 */
async function measure(stack: Stack, name: string, figure: string, limit: number | null, question: Question): Promise<BenchResult> {
  const target = limit === null ? {} : { target: `< ${limit}` };
  try {
    for (let n = 0; n < WARM; n++) await question(n);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { name, figure: `${figure}: refused as too large`, value: Number.POSITIVE_INFINITY, unit: 'ms', ...target, met: false };
  }
  const [times, cpu, began]: [number[], number, number] = [[], cpuOf(stack), performance.now()];
  while (times.length < TIMES && (times.length < FEWEST || performance.now() - began < PATIENCE_MS)) {
    const asked = performance.now();
    await question(WARM + times.length);
    times.push(performance.now() - asked);
  }
  const p95 = quantile(times, 0.95);
  // what others on the machine cannot make longer
  const each = ((cpuOf(stack) - cpu) * 1_000) / times.length;
  const more = `p50 ${quantile(times, 0.5).toFixed(0)} ms, CPU of all services ${each.toFixed(0)} ms`;
  const met = limit === null ? {} : { met: p95 < limit };
  return { name, figure: `${figure}, p95 of ${times.length} (${more})`, value: p95, unit: 'ms', ...target, ...met };
}

const cpuOf = ({ pid }: Stack) => usageOfTree(pid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

type Question = (n: number) => Promise<unknown>;

/** Periods begin at midnight of the company; those that have as many days as the table are each a day shorter than the one before. */
function reportOver(ask: Ask, report: Report, days: number, filters: readonly string[]): Question {
  return (n) => {
    const to = END - Math.floor(n / filters.length) * DAY;
    const period = filterToQuery({ from: Math.max(START, to - days * DAY), to });
    return ask(`reports/${report.id}?${period}&${filters[n % filters.length]}`);
  };
}

/** What the dashboard asks about a day, all at once as the page does: its figures and hours, those a week before, and who was missed. */
function dashboard(ask: Ask): Question {
  return (n) => {
    const from = END - (n + 1) * DAY;
    const before = from - 7 * DAY;
    // a running day: the week before is compared up to the same moment
    const hour = before + 13 * 3_600_000;
    const until = hour + 7 * 60_000;
    const day = filterToQuery({ from, to: from + DAY });
    return Promise.all([
      ask(`reports/summary?${day}`),
      ask(`reports/summary?${filterToQuery({ from: before, to: until })}`),
      ask(`reports/hourly?${day}`),
      ask(`reports/hourly?${filterToQuery({ from: before, to: before + DAY })}`),
      ask(`reports/hourly?${filterToQuery({ from: hour, to: until })}`),
      ask(`calls?${day}&direction=in&answered=false&limit=8`),
    ]);
  };
}
