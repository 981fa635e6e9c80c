import { readFileSync } from 'node:fs';
import { compile } from '@callscope/analytics/query/compile.ts';
import { filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport, type ReportPlan } from '@callscope/analytics/query/plan.ts';
import { REPORTS, reportOf } from '@callscope/analytics/reports/index.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { DEFAULT_TARGET_CALL } from '@callscope/core/domain/target-call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { END, LARGEST, makeCalls } from '../bench/made-calls.ts';
import { storeOf } from '../bench/store.ts';
import { type Stack, startStack } from './stack.ts';

/** What projections answer is what the rows say, over a year of made calls. */

const DAY = 86_400_000;
const GIVEN = { rules: DEFAULT_RULES, target: DEFAULT_TARGET_CALL };
const MOSCOW: Company = { zone: 'Europe/Moscow', country: 'RU', ...GIVEN };
const NEW_YORK: Company = { zone: 'America/New_York', country: 'US', ...GIVEN };
const scope = { tenant: LARGEST } as TenantScope;

let stack: Stack;
let store: ClickHouseClient;
beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  await makeCalls(store, 50_000);
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

function plans(days: number, more: string, company = MOSCOW, end = END): ReportPlan[] {
  const query = new URLSearchParams(`${filterToQuery({ from: end - days * DAY, to: end })}${more && `&${more}`}`);
  const able = REPORTS.filter((report) => report.mostDays === null || report.mostDays >= days);
  return able.map((report) => planReport(report, filterFromQuery(query), company));
}

/** @returns how many were asked */
async function agree(asked: readonly ReportPlan[], within?: TenantScope['within']): Promise<number> {
  const reach = within === undefined ? scope : { ...scope, within };
  const projected = asked.filter((plan) => plan.source !== 'rows');
  await Promise.all(
    projected.map(async (plan) => {
      const [answer, rows] = await Promise.all([runReport(store, reach, plan), runReport(store, reach, { ...plan, source: 'rows' })]);
      expect(answer.rows.length, plan.report.id).toBeGreaterThan(0);
      expect(answer, plan.report.id).toEqual(rows);
    }),
  );
  return projected.length;
}

describe('reports from projections say what the rows say', () => {
  test.each(['', 'direction=in,out', 'answered=false', 'shortAbandons=exclude', 'number=74951000103', 'author=e0,-', 'group=g2'])(
    'over a month under «%s»',
    async (query) => {
      expect(await agree(plans(30, query))).toBeGreaterThan(2);
    },
  );

  test('over a year, whose bounds are within days of UTC, and in other zones', async () => {
    expect(await agree(plans(364, ''))).toBeGreaterThan(8);
    await agree(plans(60, '', NEW_YORK, END + 7 * 3_600_000));
    await agree(plans(20, '', MOSCOW, END - 10 * DAY + 12_345_678));
    await agree(plans(20, '', { zone: 'UTC', country: 'GB', ...GIVEN }, Date.UTC(2026, 5, 1)));
  });

  test('over the shortest periods that are read so, and open ones', async () => {
    await agree([...plans(4, ''), ...plans(4, '', MOSCOW, END - 1)]);
    for (const query of ['', filterToQuery({ from: END - 50 * DAY }), filterToQuery({ to: END - 50 * DAY })]) {
      const able = REPORTS.filter((report) => report.mostDays === null);
      expect(await agree(able.map((report) => planReport(report, filterFromQuery(new URLSearchParams(query)), MOSCOW)))).toBeGreaterThan(4);
    }
  });

  test('for whoever sees a part of the company', async () => {
    await agree(plans(30, ''), { employees: ['e3', 'e7'], groups: ['g4'], numbers: ['74951000102'] });
  });
});

describe('the engine finds the projection', () => {
  test.each([
    ['incoming-by-number', '', 'by_day_number'],
    ['outgoing-by-number', 'number=74951000103', 'by_day_number'],
    ['outgoing-shares', '', 'by_day_number'],
    ['summary', '', 'by_quarter_wait'],
    ['service-level', '', 'by_quarter_wait'],
    ['service-by-group', '', 'by_day_group_wait'],
    ['outgoing-by-account', '', 'by_day_employee'],
    ['by-employee-offers', '', 'by_day_offers'],
    ['incoming-by-employee', '', 'by_day_employee'],
    ['outgoing-by-employee', 'group=g2', 'by_day_employee'],
    ['by-group', 'author=e3', 'by_day_employee'],
    ['week-hours', '', 'by_quarter'],
  ])('of %s under «%s»: %s', async (id, query, projection) => {
    const [plan] = plans(60, query).filter(({ report }) => report === reportOf(id));
    const { sql, params } = compile(plan as ReportPlan);
    const ask = (name: string) =>
      store.query({
        query: sql,
        query_params: { ...params, tenant: LARGEST },
        format: 'JSONEachRow',
        clickhouse_settings: { force_optimize_projection: 1, force_optimize_projection_name: name } as never,
      });
    expect(await (await ask(projection)).json()).not.toEqual([]);
    // it refuses another: the check above means something
    if (id === 'summary') await expect(ask('by_day_employee')).rejects.toThrow('by_day_employee');
  });
});

test('who called before is asked in the words of by_day_callers', () => {
  // the engine takes it only where it has less to read than the rows have, which so few made calls do not: npm run bench -- analytics
  const [plan] = plans(60, '').filter(({ report }) => report.id === 'callers');
  const [, key] = /SELECT groupBitmapState\((.*?)\) FROM/.exec(compile(plan as ReportPlan).sql) ?? [];
  const migration = readFileSync(new URL('../../sql/clickhouse/0007_by_day.sql', import.meta.url), 'utf8');
  expect(migration).toContain(`groupBitmapState(${key})`);
});

test('calls that change or go are right in it at once, and when parts have been merged', async () => {
  const some = `tenant = '${LARGEST}' AND direction = 'in' AND result = 'answered' AND started_at >= '2026-10-13 00:00:00' AND started_at < '2026-10-14 00:00:00'`;
  const of = (id: string) => runReport(store, scope, plans(30, '').find(({ report }) => report.id === id) as ReportPlan);
  const byEmployee = () => of('incoming-by-employee');
  const [before, offered] = [await byEmployee(), await of('offers')];
  await store.command({
    query: `UPDATE calls SET employee = 'changed', number = '74959999999', revision = revision + 1 WHERE ${some}`,
    clickhouse_settings: { enable_lightweight_update: 1, allow_experimental_lightweight_update: 1 } as never,
  });
  const after = await byEmployee();
  expect(after.totals).toEqual(before.totals);
  expect(after.rows.find((row) => row.key === 'changed')?.figures.calls).toBeGreaterThan(5);
  // who answered took the offer too: with another one there, it was not taken
  expect((await of('offers')).totals.offersNotTaken).toBeGreaterThanOrEqual(offered.totals.offersNotTaken ?? 0);
  await agree(plans(30, ''));
  await store.command({ query: `DELETE FROM calls WHERE employee = 'changed'` });
  const deleted = await byEmployee();
  expect(deleted.rows.some((row) => row.key === 'changed')).toBe(false);
  await agree(plans(30, ''));
  await store.command({ query: 'OPTIMIZE TABLE calls FINAL' });
  await agree(plans(30, ''));
});
