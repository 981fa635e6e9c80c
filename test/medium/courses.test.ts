import type { Time } from '@callscope/analytics/catalog/dimensions.ts';
import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import { drillCourse } from '@callscope/analytics/query/drill.ts';
import { type CallFilter, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { planCourse, planReport } from '@callscope/analytics/query/plan.ts';
import { byGroup } from '@callscope/analytics/reports/by-group.ts';
import { callersByNumber } from '@callscope/analytics/reports/callers.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { incomingByEmployee, incomingByNumber } from '@callscope/analytics/reports/incoming.ts';
import { missedByNumber } from '@callscope/analytics/reports/missed.ts';
import { runCourse, runReport } from '@callscope/analytics/run/report.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { linesOf, stepOf } from '@callscope/portal/src/page/statistics/course.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { type MadeRow, madeRows, putRows, stretchOf } from './made-rows.ts';
import { type Stack, startStack } from './stack.ts';

/** How a figure goes over a period, of each of the largest rows and of the others: against plain code over the calls. */

const at = (text: string) => Date.parse(text);
const COMPANIES = {
  // clocks go back on the 25th
  berlin: { zone: 'Europe/Berlin', from: at('2026-10-23T22:00:00Z'), to: at('2026-10-26T23:00:00Z') },
  kolkata: { zone: 'Asia/Kolkata', from: at('2026-11-22T18:30:00Z'), to: at('2026-11-25T18:30:00Z') },
  // half an hour forward on 4 October
  howe: { zone: 'Australia/Lord_Howe', from: at('2026-10-02T13:30:00Z'), to: at('2026-10-05T13:00:00Z') },
  // over both changes of a year
  long: { zone: 'Europe/Berlin', from: at('2026-02-03T23:00:00Z'), to: at('2026-11-10T23:00:00Z') },
};
type Tenant = keyof typeof COMPANIES;
const ROWS = Object.fromEntries(
  Object.entries(COMPANIES).map(([id, { from, to }], i) => [id, madeRows(900, from - 3_600_000, to + 3_600_000, i + 1)]),
) as Record<Tenant, MadeRow[]>;

let stack: Stack;
let store: ClickHouseClient;
beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  for (const [id, { zone }] of Object.entries(COMPANIES)) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: `${id}.test`, timezone: zone });
    await putRows(store, id, ROWS[id as Tenant]);
  }
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const listed = async (tenant: string, filter: CallFilter) =>
  (await stack.rest<{ data: { from: string; id: string }[] }>('GET', `/tenants/${tenant}/calls?limit=1000&${filterToQuery(filter)}`)).data;

/** What a report is about, which row a call stands in, and what a figure says of calls. */
const isIn = (row: MadeRow) => row.direction === 'in';
const WAYS: {
  report: Report;
  measure: MeasureId;
  about: (row: MadeRow) => boolean;
  key: (row: MadeRow) => string;
  figure: (list: MadeRow[]) => number | null;
}[] = [
  { report: incomingByNumber, measure: 'in', about: isIn, key: (r) => r.number, figure: (l) => l.length },
  { report: incomingByNumber, measure: 'inMissed', about: isIn, key: (r) => r.number, figure: (l) => l.filter((r) => !r.answered).length },
  { report: incomingByEmployee, measure: 'talkSeconds', about: isIn, key: (r) => r.employee, figure: talk },
  {
    report: missedByNumber,
    measure: 'busyHit',
    about: (r) => isIn(r) && !r.answered,
    key: (r) => r.number,
    figure: (l) => l.filter((r) => r.missedKind === 'busy_hit').length,
  },
  { report: byGroup, measure: 'out', about: () => true, key: (r) => r.group, figure: (l) => l.filter((r) => r.direction === 'out').length },
  {
    report: callersByNumber,
    measure: 'uniqueCallers',
    about: isIn,
    key: (r) => r.number,
    figure: (l) => new Set(l.map((r) => r.caller)).size,
  },
];

function talk(list: MadeRow[]): number {
  return list.reduce((sum, row) => sum + (row.answered ? row.endedAt - row.answeredAt : 0), 0) / 1_000;
}

async function agrees(tenant: Tenant, way: (typeof WAYS)[number], by: Time, query = ''): Promise<void> {
  const { zone, from, to } = COMPANIES[tenant];
  const company = { zone, country: 'RU', rules: DEFAULT_RULES };
  const filter = filterFromQuery(new URLSearchParams(`${filterToQuery({ from, to })}&${query}`));
  const scope = { tenant } as TenantScope;
  const { keys, others } = linesOf(way.report, way.measure, await runReport(store, scope, planReport(way.report, filter, company)));
  const plan = planCourse(way.report, way.measure, by, keys, filter, company);
  const lines = await runCourse(store, scope, plan);
  const isAsked = query === '' ? () => true : (row: MadeRow) => row.answered;
  const list = ROWS[tenant].filter((row) => row.startedAt >= from && row.startedAt < to && way.about(row) && isAsked(row));
  const starts = plan.starts ?? [];
  const stretch = new Map(list.map((row) => [row, stretchOf(by, zone, row.startedAt)]));
  const names = starts.map((start) => stretchOf(by, zone, start));
  // every call lies in a stretch, and no two stretches are one
  expect(new Set(names).size).toBe(names.length);
  expect(list.every((row) => names.includes(stretch.get(row) ?? ''))).toBe(true);
  expect(lines.map(({ key }) => key)).toEqual([...keys, null]);
  const largest = [...new Set(list.map(way.key))].map((key) => ({
    key,
    size: way.figure(list.filter((row) => way.key(row) === key)) ?? 0,
  }));
  expect([...keys, ...others].sort()).toEqual(
    largest
      .filter(({ size }) => size > 0)
      .map(({ key }) => key)
      .sort(),
  );
  const least = Math.min(...largest.filter(({ key }) => keys.includes(key)).map(({ size }) => size));
  for (const { key, size } of largest) if (others.includes(key)) expect(size).toBeLessThanOrEqual(least);
  for (const line of lines) {
    const of = list.filter((row) => (line.key === null ? !keys.includes(way.key(row)) : way.key(row) === line.key));
    const counted = names.map((name) => way.figure(of.filter((row) => stretch.get(row) === name)));
    expect(
      line.values.map((value) => Math.round((value ?? 0) * 1_000)),
      `${line.key}`,
    ).toEqual(counted.map((value) => Math.round((value ?? 0) * 1_000)));
  }
  if (by !== 'hour' && by !== 'week') return;
  // of each line the fullest point opens its calls
  for (const line of lines) {
    const point = line.values.indexOf(Math.max(...line.values.map((value) => value ?? 0)));
    const drill = drillCourse(plan, new Date(starts[point] ?? 0).toISOString(), line.key === null ? others : [line.key]);
    const opened = drill === null ? [] : await listed(tenant, drill);
    const expected = list.filter(
      (row) => (line.key === null ? !keys.includes(way.key(row)) : way.key(row) === line.key) && stretch.get(row) === names[point],
    );
    const behind = way.measure === 'uniqueCallers' ? new Set(opened.map((call) => call.from)).size : opened.length;
    const wanted = way.measure === 'talkSeconds' ? expected.filter((row) => row.answered).length : line.values[point];
    expect(behind, `${line.key}`).toBe(wanted);
  }
}

describe.each(WAYS.map((way) => [`${way.report.id} ${way.measure}`, way] as const))('the course of %s', (_, way) => {
  test.each(['berlin', 'kolkata', 'howe'] as const)(
    'by hour and by day is the list of calls, added up; each point opens them: %s',
    async (tenant) => {
      await agrees(tenant, way, 'hour');
      await agrees(tenant, way, 'day');
    },
  );

  test('by week and by month over both changes of the clock', async () => {
    await agrees('long', way, 'week');
    await agrees('long', way, 'month');
  });

  test('under a filter', async () => {
    await agrees('kolkata', way, 'day', 'answered=true');
  });
});

test('a point is an hour up to two days, a day up to three months, a week up to two years, then a month', () => {
  const days = (n: number) =>
    stepOf({ from: at('2026-10-23T22:00:00Z'), to: at('2026-10-23T22:00:00Z') + n * 86_400_000 }, 'Europe/Berlin');
  expect([1, 2, 3, 93, 94, 700, 800].map(days)).toEqual(['hour', 'hour', 'day', 'day', 'week', 'week', 'month']);
});
