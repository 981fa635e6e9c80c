import { tableOf } from '@callscope/analytics/present/table.ts';
import { type CallFilter, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { concurrent, concurrentByDay } from '@callscope/analytics/reports/concurrent.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { daily, monthly, weekly } from '@callscope/analytics/reports/over-time.ts';
import { explainFigure } from '@callscope/analytics/run/explain.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { type MadeRow, madeRows, putRows, stretchOf } from './made-rows.ts';
import { type Stack, startStack } from './stack.ts';

/** Days, weeks, months and taken lines against plain code over made calls, over changes of the clock and in zones off the hour. */

const at = (text: string) => Date.parse(text);
const HOUR = 3_600_000;
const COMPANIES = {
  // clocks go back on the 25th
  berlin: { zone: 'Europe/Berlin', from: at('2026-10-23T22:00:00Z'), to: at('2026-10-26T23:00:00Z') },
  kolkata: { zone: 'Asia/Kolkata', from: at('2026-11-22T18:30:00Z'), to: at('2026-11-24T18:30:00Z') },
  // half an hour forward on 4 October, which leaves an hour of thirty minutes
  howe: { zone: 'Australia/Lord_Howe', from: at('2026-10-02T13:30:00Z'), to: at('2026-10-05T13:00:00Z') },
  // over both changes of a year; ends within a week and a month
  long: { zone: 'Europe/Berlin', from: at('2026-02-03T23:00:00Z'), to: at('2026-11-11T23:00:00Z') },
};
type Tenant = keyof typeof COMPANIES;
/** Calls that begin before the period and go on in it, through one of its hours and into the next. */
function carried(from: number): MadeRow[] {
  return [1, 2, 3].map((hours) => {
    const startedAt = from - hours * HOUR + 1;
    return {
      ...{ id: `carried-${hours}`, direction: 'in', answered: true, missedKind: '', caller: '79161000000', number: '74951000101' },
      ...{ employee: 'e01', group: 'sales', startedAt, ringingAt: 0, answeredAt: startedAt, endedAt: from + 1.2 * HOUR + hours },
    };
  });
}
const ROWS = Object.fromEntries(
  Object.entries(COMPANIES).map(([id, { from, to }], i) => [id, [...madeRows(900, from - 4 * HOUR, to + HOUR, i + 11), ...carried(from)]]),
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

const companyOf = (tenant: Tenant): Company => ({ zone: COMPANIES[tenant].zone, country: 'RU', rules: DEFAULT_RULES });
const listed = async (tenant: string, filter: CallFilter | null) =>
  filter === null
    ? []
    : (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/${tenant}/calls?limit=1000&${filterToQuery(filter)}`)).data
        .map(({ id }) => id)
        .sort();

async function tableFor(tenant: Tenant, report: Report, query = '') {
  const { from, to } = COMPANIES[tenant];
  const filter = filterFromQuery(new URLSearchParams(`${filterToQuery({ from, to })}${query && `&${query}`}`));
  const plan = planReport(report, filter, companyOf(tenant));
  const answer = await runReport(store, { tenant } as TenantScope, plan);
  return { filter, plan, answer, table: tableOf(plan, answer) };
}

describe.each([
  [daily, 'day'],
  [weekly, 'week'],
  [monthly, 'month'],
] as const)('$id', (report, by) => {
  test.each(['berlin', 'kolkata', 'howe', 'long'] as const)(
    'of %s is the calls added up, and a click opens exactly these',
    async (tenant) => {
      const { zone, from, to } = COMPANIES[tenant];
      const list = ROWS[tenant].filter((row) => row.startedAt >= from && row.startedAt < to);
      const { table } = await tableFor(tenant, report);
      const names = table.rows.map(({ key }) => stretchOf(by, zone, at(key ?? '')));
      expect(new Set(names).size).toBe(names.length);
      expect(list.every((row) => names.includes(stretchOf(by, zone, row.startedAt)))).toBe(true);
      const figures = (of: readonly MadeRow[]) => [
        of.filter((row) => row.direction === 'out'),
        of.filter((row) => row.direction === 'out' && !row.answered),
        of.filter((row) => row.direction === 'in'),
        of.filter((row) => row.direction === 'in' && !row.answered),
      ];
      const idsOf = (of: readonly MadeRow[]) => of.map(({ id }) => id).sort();
      for (const [i, row] of table.rows.entries()) {
        const expected = figures(list.filter((made) => stretchOf(by, zone, made.startedAt) === names[i]));
        expect(row.cells.slice(1).map((cell) => cell.value)).toEqual(expected.map((of) => of.length));
        // a row in the middle and the two that the period cuts stand for all
        if (i === 0 || i === table.rows.length - 1 || i === Math.floor(table.rows.length / 2))
          for (const [n, cell] of row.cells.slice(1).entries()) expect(await listed(tenant, cell.drill)).toEqual(idsOf(expected[n] ?? []));
      }
      expect(table.totals.slice(1).map((cell) => cell.value)).toEqual(figures(list).map((of) => of.length));
    },
  );
});

/** The most calls at once in [from, to), and when first: a walk over every moment at which one begins or ends. */
function sweep(list: readonly MadeRow[], from: number, to: number): { peak: number; at: number | null } {
  const stands = (moment: number) => list.filter((row) => row.startedAt <= moment && row.endedAt > moment).length;
  const moments = [from, ...list.map((row) => row.startedAt).filter((moment) => moment > from && moment < to)].sort((a, b) => a - b);
  let best: { peak: number; at: number | null } = { peak: 0, at: null };
  for (const moment of moments) {
    const peak = stands(moment);
    if (peak > best.peak) best = { peak, at: moment };
  }
  return best;
}

describe.each([
  [concurrent, 'hour'],
  [concurrentByDay, 'day'],
] as const)('$id', (report, by) => {
  const tenants = by === 'hour' ? (['berlin', 'kolkata', 'howe'] as const) : (['berlin', 'kolkata', 'howe', 'long'] as const);
  test.each(tenants.flatMap((tenant) => ['', 'answered=true', 'number=74951000101'].map((query) => [tenant, query] as const)))(
    'of %s under "%s" is what a sweep over the calls finds, and a click opens those that stood then',
    async (tenant, query) => {
      const { from, to } = COMPANIES[tenant];
      const isAsked = (row: MadeRow) =>
        row.direction !== 'internal' &&
        (query !== 'answered=true' || row.answered) &&
        (!query.startsWith('number') || row.number === '74951000101');
      const list = ROWS[tenant].filter(isAsked);
      const { table, answer } = await tableFor(tenant, report, query);
      const starts = table.rows.map(({ key }) => at(key ?? ''));
      const ends = [...starts.slice(1), to];
      const expected = starts.map((start, i) => sweep(list, Math.max(start, from), ends[i] ?? to));
      expect(answer.rows.map(({ figures }) => [figures.peakLines, figures.peakAt])).toEqual(
        expected.map(({ peak, at: when }) => [peak, when]),
      );
      const whole = sweep(list, from, to);
      expect([answer.totals.peakLines, answer.totals.peakAt]).toEqual([whole.peak, whole.at]);
      // a call that began before the period stands in its first stretch
      if (query === '') expect(list.some((row) => row.startedAt < from && row.endedAt > from)).toBe(true);
      const highest = expected.map(({ peak }, i) => ({ peak, i })).sort((a, b) => b.peak - a.peak);
      for (const { i } of [...highest.slice(0, 2), { i: 0 }]) {
        const moment = expected[i]?.at ?? null;
        const stood = list.filter((row) => moment !== null && row.startedAt <= moment && row.endedAt > moment).map(({ id }) => id);
        expect(await listed(tenant, table.rows[i]?.cells[1]?.drill ?? null)).toEqual(stood.sort());
      }
      expect((await listed(tenant, table.totals[1]?.drill ?? null)).length).toBe(whole.peak);
    },
  );

  test('explains itself: the figure is that of the report, counted and left out are all calls', async () => {
    const { from, to } = COMPANIES.berlin;
    const { answer } = await tableFor('berlin', report);
    const { value, counted, leftOut } = await explainFigure(
      store,
      { tenant: 'berlin' } as TenantScope,
      'peakLines',
      { from, to },
      companyOf('berlin'),
    );
    expect(value).toBe(answer.totals.peakLines);
    const list = ROWS.berlin.filter((row) => row.startedAt >= from && row.startedAt < to);
    expect([counted?.total, ...leftOut.map(({ total }) => total)]).toEqual([
      list.filter((row) => row.direction !== 'internal').length,
      list.filter((row) => row.direction === 'internal').length,
    ]);
  });
});

test('who sees a part of the company sees the lines that it took', async () => {
  const { from, to } = COMPANIES.kolkata;
  const scope = { tenant: 'kolkata', within: { employees: [], groups: ['sales'], numbers: [] } } as unknown as TenantScope;
  const { totals } = await runReport(store, scope, planReport(concurrent, { from, to }, companyOf('kolkata')));
  const list = ROWS.kolkata.filter((row) => row.direction !== 'internal' && row.group === 'sales');
  expect(totals.peakLines).toBe(sweep(list, from, to).peak);
});
