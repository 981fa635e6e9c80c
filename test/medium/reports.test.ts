import { chartOf } from '@callscope/analytics/present/chart.ts';
import { tableOf } from '@callscope/analytics/present/table.ts';
import { compile } from '@callscope/analytics/query/compile.ts';
import { filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { REPORTS } from '@callscope/analytics/reports/index.ts';
import { countCalls } from '@callscope/analytics/run/calls.ts';
import { DEFAULT_RULES, type FigureRules, rulesOf } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { endOfHour, hoursOf, startOfDay, wallClock } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { companies, events, hep, truth } from './fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';

interface Call {
  id: string;
  direction: string;
  result: string;
  missedKind: string | null;
  from: string;
  dialled: string;
  answeredBy: string | null;
  employee: { id: string } | null;
  group: string | null;
  startedAt: string;
  talkSeconds: number;
  ringSeconds: number | null;
  recording: { status: string };
}
interface Report {
  columns: { id: string; type: string; label: string; unit: string | null; definition: string }[];
  rows: Record<string, string | number | null>[];
  totals: Record<string, number | null>;
  definition: string;
}

let stack: Stack;
let store: ClickHouseClient;
let t1Token: string;

beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  await until('27 calls', async () => (await calls('t1')).length + (await calls('t2')).length === 27, 40_000);
  // late facts may still revise a call: figures and lists are compared once all are in
  await until('the ledger closes', async () => {
    const { closed, stages } = await stack.rest<{ closed: boolean; stages: { inFlight: number }[] }>('GET', '/ops/ledger');
    return closed && stages.every((stage) => stage.inFlight === 0);
  });
  t1Token = (await stack.rest<{ token: string }>('POST', '/tenants/t1/tokens', { name: 'test', scopes: ['calls:read'] })).token;
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const calls = async (tenant: string, query = '') =>
  (await stack.rest<{ data: Call[] }>('GET', `/tenants/${tenant}/calls?limit=1000${query && `&${query}`}`)).data;
const report = (tenant: string, id: string, query: string) => stack.rest<Report>('GET', `/tenants/${tenant}/reports/${id}?${query}`);
const asT1 = (path: string) => fetch(`${stack.portal}/api/v1${path}`, { headers: { authorization: `Bearer ${t1Token}` } });
const truthStart = Date.parse(truth()[0]?.start ?? '');
/** The day of the captures in a zone, as parameters. */
const dayIn = (zone: string) => filterToQuery({ from: startOfDay(zone, truthStart), to: startOfDay(zone, truthStart, 1) });
const companyOf = async (tenant: string): Promise<Company> => {
  const settings = await stack.rest<{ timezone: string; country: string } & FigureRules>('GET', `/tenants/${tenant}`);
  return { zone: settings.timezone, country: settings.country, rules: rulesOf(settings) };
};

/** What the report must say, counted from the list of calls. */
function counted(list: readonly Call[]) {
  const number = (test: (c: Call) => boolean) => list.filter(test).length;
  return {
    out: number((c) => c.direction === 'out'),
    outFailed: number((c) => c.direction === 'out' && c.result !== 'answered'),
    in: number((c) => c.direction === 'in'),
    inMissed: number((c) => c.direction === 'in' && c.result !== 'answered'),
  };
}

/** Checks every row and the totals against the list of calls, and every figure against the list that a click on it opens. */
async function agrees(tenant: string, query: string): Promise<void> {
  const company = await companyOf(tenant);
  const filter = filterFromQuery(new URLSearchParams(query));
  const plan = planReport(hourly, filter, company);
  const list = await calls(tenant, query);
  const { rows, totals } = await report(tenant, 'hourly', query);
  expect(rows.map((r) => r.hour)).toEqual(
    hoursOf(company.zone, filter.from ?? 0, filter.to ?? 0).map((start) => new Date(start).toISOString()),
  );
  for (const { hour, ...figures } of rows) {
    const start = Date.parse(String(hour));
    const end = endOfHour(company.zone, start);
    expect(figures, `${hour}`).toEqual(counted(list.filter((c) => Date.parse(c.startedAt) >= start && Date.parse(c.startedAt) < end)));
  }
  expect(totals).toEqual(counted(list));

  const answer = {
    rows: rows.map(({ hour, ...figures }) => ({ key: String(hour), figures: figures as Record<string, number> })),
    totals,
  };
  const opened = async (cell: { value: unknown; drill: Parameters<typeof filterToQuery>[0] | null }) =>
    cell.drill === null ? 0 : (await calls(tenant, filterToQuery(cell.drill))).length;
  const table = tableOf(plan, answer);
  // an hour without calls is like any other: the first stands for all
  const rowsWithCalls = table.rows.filter((row, i) => i === 0 || row.cells.slice(1).some((cell) => cell.value !== 0));
  const figures = [...rowsWithCalls, { cells: table.totals }].flatMap((row) => row.cells.slice(1));
  for (const cell of figures) expect(await opened(cell), JSON.stringify(cell)).toBe(cell.value);
  expect(chartOf(plan, answer)?.series.map((s) => s.points.map((p) => p.value))).toEqual(
    hourly.measures.map((_, i) => table.rows.map((row) => row.cells[i + 1]?.value)),
  );
}

describe('calls by hour (T-34, T-48)', () => {
  test.each(['t1', 't2'])('of %s add up to the list of calls, and a click on a figure opens exactly its calls', async (tenant) => {
    const { zone } = await companyOf(tenant);
    expect((await calls(tenant, dayIn(zone))).length).toBeGreaterThan(5);
    await agrees(tenant, dayIn(zone));
  });

  test.each(['direction=in', 'answered=false', 'employee=e103', 'talkMin=1&direction=in,out', 'result=other,no_answer', 'caller=!10*'])(
    'under %s too',
    async (query) => {
      await agrees('t1', `${dayIn((await companyOf('t1')).zone)}&${query}`);
    },
  );

  test.each(['Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Kathmandu'])('in %s count by the clock there', async (zone) => {
    const { tenant } = companies().t1 as { tenant: Record<string, unknown> };
    await stack.rest('PUT', '/tenants/t1', { ...tenant, timezone: zone });
    try {
      await agrees('t1', dayIn(zone));
    } finally {
      await stack.rest('PUT', '/tenants/t1', tenant);
    }
  });

  test('have 25 rows when the clock goes back and 23 when it goes forward', async () => {
    const { tenant } = companies().t1 as { tenant: Record<string, unknown> };
    await stack.rest('PUT', '/tenants/t1', { ...tenant, timezone: 'Europe/Berlin' });
    try {
      expect((await report('t1', 'hourly', 'from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z')).rows).toHaveLength(25);
      expect((await report('t1', 'hourly', 'from=2026-03-28T23:00:00Z&to=2026-03-29T22:00:00Z')).rows).toHaveLength(23);
    } finally {
      await stack.rest('PUT', '/tenants/t1', tenant);
    }
  });

  test('of a moment are none', async () => {
    const { rows, totals } = await report('t1', 'hourly', 'from=2026-11-24T07:00:00Z&to=2026-11-24T07:00:00Z');
    expect([rows, totals]).toEqual([[], { out: 0, outFailed: 0, in: 0, inMissed: 0 }]);
  });

  test('come with columns that explain themselves, in the language of the company', async () => {
    const { columns, definition } = await report('t1', 'hourly', dayIn('Europe/Moscow'));
    expect(columns.map((c) => c.id)).toEqual(['hour', 'out', 'outFailed', 'in', 'inMissed']);
    expect(columns[2]).toMatchObject({ type: 'integer', unit: 'calls', label: 'Неуспешные исходящие' });
    for (const text of [definition, ...columns.map((c) => c.definition)]) expect(text).toMatch(/^[А-Я].*\.$/);
  });

  test('are read from the projection when it can answer', async () => {
    const ask = (query: string) => {
      const { sql, params } = compile(
        planReport(hourly, filterFromQuery(new URLSearchParams(query)), { zone: 'Asia/Kolkata', country: 'IN', rules: DEFAULT_RULES }),
      );
      return store.query({
        query: sql,
        query_params: { ...params, tenant: 't1' },
        format: 'JSONEachRow',
        clickhouse_settings: { force_optimize_projection: 1 },
      });
    };
    expect(await (await ask(`${dayIn('Asia/Kolkata')}&direction=in`)).json()).not.toEqual([]);
    expect(await (await ask(`${dayIn('Asia/Kolkata')}&shortAbandons=exclude`)).json()).not.toEqual([]);
    // the engine refuses what has to be read from the rows: the check above means something
    await expect(ask(`${dayIn('Asia/Kolkata')}&employee=e103`)).rejects.toMatchObject({ code: '584' });
  });
});

test('the strip of figures is the list of calls, added up', async () => {
  const query = dayIn('Europe/Moscow');
  const list = await calls('t1', query);
  const answered = list.filter((c) => c.result === 'answered');
  const inAnswered = answered.filter((c) => c.direction === 'in');
  const sum = (of: readonly (number | null)[]) => of.reduce<number>((total, value) => total + (value ?? 0), 0);
  const { rows, totals } = await report('t1', 'summary', query);
  expect(rows).toEqual([totals]);
  const { averageTalk, averageWait, answeredRate, ...figures } = totals;
  const busyHit = list.filter((c) => c.missedKind === 'busy_hit').length;
  expect(figures).toEqual({ ...counted(list), inAnswered: inAnswered.length, busyHit });
  const outOfHours = list.filter((c) => c.missedKind === 'out_of_hours').length;
  expect(answeredRate).toBeCloseTo(inAnswered.length / ((figures.in ?? 0) - outOfHours), 9);
  expect(averageTalk).toBeCloseTo(sum(answered.map((c) => c.talkSeconds)) / answered.length, 9);
  expect(averageWait).toBeCloseTo(sum(inAnswered.map((c) => c.ringSeconds)) / inAnswered.length, 9);
  expect((await report('t1', 'summary', 'to=2026-01-01T00:00:00Z')).totals).toMatchObject({ in: 0, averageTalk: null });
});

test('a list knows how many calls it has', async () => {
  const scope = { tenant: 't1' } as TenantScope;
  const list = await calls('t1');
  expect(await countCalls(store, scope, {}, await companyOf('t1'))).toEqual({
    calls: list.length,
    in: list.filter((c) => c.direction === 'in').length,
    out: list.filter((c) => c.direction === 'out').length,
    internal: list.filter((c) => c.direction === 'internal').length,
    inMissed: counted(list).inMissed,
  });
  expect(await countCalls(store, scope, { employee: ['nobody'] }, await companyOf('t1'))).toMatchObject({ calls: 0, in: 0 });
});

describe('a filter', () => {
  const minuteInMoscow = (c: Call) => (wallClock('Europe/Moscow', Date.parse(c.startedAt)) / 60_000) % 1_440;
  // a minute after the first call: some calls stand on each side
  const middle = new Date(wallClock('Europe/Moscow', truthStart) + 60_000).toISOString().slice(11, 16);
  const minutes = Number(middle.slice(0, 2)) * 60 + Number(middle.slice(3));
  const weekend = (c: Call) => [0, 6].includes(new Date(wallClock('Europe/Moscow', Date.parse(c.startedAt))).getUTCDay());
  test.each<[string, (c: Call) => boolean]>([
    ['answered=true', (c) => c.result === 'answered'],
    ['direction=in&answered=false', (c) => c.missedKind !== null],
    ['missedKind=busy_hit,not_taken', (c) => c.missedKind === 'busy_hit' || c.missedKind === 'not_taken'],
    ['author=-', (c) => c.employee === null],
    ['author=e103,-', (c) => c.employee === null || c.employee.id === 'e103'],
    ['group=-', (c) => c.group === null],
    ['caller=8 (9*', (c) => c.from.startsWith('79')],
    ['caller=!10*', (c) => !c.from.startsWith('10')],
    ['caller=10*, 7916*, !101', (c) => /^(10|7916)/.test(c.from) && c.from !== '101'],
    ['dialled=*02', (c) => c.dialled.endsWith('02')],
    ['answeredBy=101,102', (c) => ['101', '102'].includes(c.answeredBy ?? '')],
    ['text=100-01', (c) => [c.from, c.dialled, c.answeredBy ?? ''].some((n) => n.includes('10001'))],
    [`time=00:00-${middle}`, (c) => minuteInMoscow(c) < minutes],
    [`time=${middle}-24:00`, (c) => minuteInMoscow(c) >= minutes],
    ['weekday=6,7', weekend],
    ['weekday=1,2,3,4,5', (c) => !weekend(c)],
    // nobody recorded them here: those that should have been are a fault by now
    ['recorded=true', (c) => c.recording.status === 'failed'],
    ['recorded=false', (c) => c.recording.status === 'none'],
  ])('%s takes exactly what it says', async (query, takes) => {
    const ids = (list: readonly Call[]) => list.map((c) => c.id).sort();
    const encoded = new URLSearchParams(query).toString();
    expect(ids(await calls('t1', encoded))).toEqual(ids((await calls('t1')).filter(takes)));
  });
});

describe('what cannot be answered', () => {
  test.each([
    ['direction=in', 'from'],
    ['from=2026-10-01T00:00:00Z&to=2026-11-24T00:00:00Z', 'to'],
    ['from=yesterday&to=2026-11-24T00:00:00Z', 'from'],
    ['from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&talkMin=long', 'talkMin'],
    ['from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&format=doc', 'format'],
    ['from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&limit=5', ''],
  ])('%s is refused with the field', async (query, field) => {
    const response = await asT1(`/tenants/t1/reports/hourly?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const { errors } = (await response.json()) as { errors: { field: string; message: string }[] };
    expect(errors.map((e) => e.field)).toContain(field);
  });

  test('an unknown report names the known ones', async () => {
    const response = await asT1('/tenants/t1/reports/yearly');
    expect(response.status).toBe(404);
    expect(((await response.json()) as { detail: string }).detail).toContain(REPORTS.map(({ id }) => id).join(', '));
  });

  test("another company's report answers like one that does not exist", async () => {
    const query = dayIn('Europe/Moscow');
    const [own, foreign, missing] = await Promise.all(['t1', 't2', 'nobody'].map((t) => asT1(`/tenants/${t}/reports/hourly?${query}`)));
    expect([own?.status, foreign?.status, missing?.status]).toEqual([200, 404, 404]);
  });
});

test('the description names every report and its columns', async () => {
  const text = await (await asT1('/openapi.json')).text();
  const { paths } = JSON.parse(text) as { paths: Record<string, { get: { parameters: { name: string; schema: { enum?: string[] } }[] } }> };
  const route = paths['/tenants/{tenant}/reports/{report}']?.get;
  expect(route?.parameters.find((p) => p.name === 'report')?.schema.enum).toEqual(REPORTS.map(({ id }) => id));
  expect(route?.parameters.map((p) => p.name)).toEqual(expect.arrayContaining(['from', 'employee', 'caller', 'time']));
  expect(text).toContain('"title":"hourly"');
});
