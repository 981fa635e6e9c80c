import { tableOf } from '@callscope/analytics/present/table.ts';
import { type CallFilter, filterFromQuery, filterToQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { byGroup } from '@callscope/analytics/reports/by-group.ts';
import { callers, callersByNumber } from '@callscope/analytics/reports/callers.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { incomingByEmployee, incomingByNumber, incomingTotals } from '@callscope/analytics/reports/incoming.ts';
import { missedByGroup, missedByNumber } from '@callscope/analytics/reports/missed.ts';
import { outgoingByAccount, outgoingByEmployee, outgoingByNumber, outgoingShares } from '@callscope/analytics/reports/outgoing.ts';
import { daily, monthly, weekHours, weekly } from '@callscope/analytics/reports/over-time.ts';
import { serviceByDay, serviceByGroup, serviceByHour, serviceLevel } from '@callscope/analytics/reports/service.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import { isHidden } from '@callscope/core/domain/hidden.ts';
import { type FigureRules, rulesOf } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay, startOfHour, startOfMonth, startOfWeek, wallClock } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { companies, events, truth } from './fixtures.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

interface Call {
  id: string;
  from: string;
  direction: string;
  result: string;
  missedKind: string | null;
  number: string | null;
  employee: { id: string; name: string } | null;
  group: string | null;
  startedAt: string;
  talkSeconds: number;
  ringSeconds: number | null;
}
type Figures = Record<string, number | null>;
interface Answer {
  rows: Record<string, string | number | null>[];
  totals: Figures;
  columns: { id: string }[];
}

let stack: Stack;
let store: ClickHouseClient;
beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  for (const [id, company] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, company.tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, company.directory);
  }
  await sendTcp(stack.ports.events, events());
  await until('28 calls', async () => (await calls('t1')).length + (await calls('t2')).length === 28, 40_000);
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const calls = async (tenant: string, query = '') =>
  (await stack.rest<{ data: Call[] }>('GET', `/tenants/${tenant}/calls?limit=1000${query && `&${query}`}`)).data;
const truthStart = Date.parse(truth()[0]?.start ?? '');
const dayIn = (zone: string) => filterToQuery({ from: startOfDay(zone, truthStart), to: startOfDay(zone, truthStart, 1) });
const companyOf = async (tenant: string): Promise<Company> => {
  const settings = await stack.rest<{ timezone: string; country: string } & FigureRules>('GET', `/tenants/${tenant}`);
  return { zone: settings.timezone, country: settings.country, rules: rulesOf(settings) };
};

const count = (list: readonly Call[], test: (c: Call) => boolean) => list.filter(test).length;
const talk = (list: readonly Call[]) => Math.round(list.reduce((sum, c) => sum + c.talkSeconds, 0) * 1_000) / 1_000;
const isAnswered = (c: Call) => c.result === 'answered';
const isMissed = (c: Call) => c.direction === 'in' && !isAnswered(c);
const BOUNDS = [0, 30, 60, 180, 600, Number.POSITIVE_INFINITY];
const bandOf = (c: Call, shortest: number) => {
  if (!isAnswered(c)) return 'unanswered';
  const i = BOUNDS.findLastIndex((bound) => bound <= c.talkSeconds);
  const end = BOUNDS[i + 1] ?? Number.POSITIVE_INFINITY;
  return `${Math.max(BOUNDS[i] ?? 0, shortest)}-${end === Number.POSITIVE_INFINITY ? '' : end}`;
};

function missedKinds(list: readonly Call[]): Figures {
  const of = (kind: string) => count(list, (c) => c.missedKind === kind);
  return {
    missed: list.length,
    ...{ busyHit: of('busy_hit'), outOfHours: of('out_of_hours'), shortAbandon: of('short_abandon'), notTaken: of('not_taken') },
  };
}

function flow(list: readonly Call[]): Figures {
  return {
    ...{ out: count(list, (c) => c.direction === 'out'), outFailed: count(list, (c) => c.direction === 'out' && !isAnswered(c)) },
    ...{ in: count(list, (c) => c.direction === 'in'), inMissed: count(list, isMissed) },
  };
}

const different = (list: readonly Call[]) => new Set(list.filter((c) => c.direction === 'in' && !isHidden(c.from)).map((c) => c.from)).size;
/** Inbound calls from the number of this one that began earlier, of all there are. */
const earlier = (c: Call, all: readonly Call[]) =>
  all.filter(
    (o) => o.direction === 'in' && o.from === c.from && (o.startedAt < c.startedAt || (o.startedAt === c.startedAt && o.id < c.id)),
  );
const isKnown = (c: Call) => c.direction === 'in' && !isHidden(c.from);
const isFirst = (c: Call, all: readonly Call[]) => isKnown(c) && earlier(c, all).length === 0;
const isRepeat = (c: Call, all: readonly Call[]) =>
  isKnown(c) && earlier(c, all).some((o) => Date.parse(c.startedAt) - Date.parse(o.startedAt) <= 7 * 86_400_000);

/** Means and shares are compared to a millionth. */
const rounded = (value: unknown) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : null);
const mean = (sum: number, n: number) => (n === 0 ? null : rounded(sum / n));
/** Service of these inbound calls by the default rules: 20 s, nothing left out. */
const service = (list: readonly Call[]): Figures => {
  const taken = list.filter(isAnswered);
  const inTime = count(taken, (c) => (c.ringSeconds ?? 0) <= 20);
  return {
    ...{ offered: list.length, answeredInTime: inTime, answeredLate: taken.length - inTime, notAnswered: list.length - taken.length },
    serviceLevel: mean(inTime, list.length),
    averageWait: mean(
      taken.reduce((sum, c) => sum + (c.ringSeconds ?? 0), 0),
      taken.length,
    ),
    handleTime: mean(talk(taken), taken.length),
  };
};

/** Each report a second way: which calls it is about, in which row each stands, and what a row says. */
const SECOND_WAY: {
  report: Report;
  about: (c: Call) => boolean;
  key: (c: Call, zone: string, filter: CallFilter) => string;
  /** @param all calls of the company, of every time */
  figures: (list: readonly Call[], all: readonly Call[]) => Figures;
}[] = [
  {
    report: incomingTotals,
    about: (c) => c.direction === 'in',
    key: () => '',
    figures: (list) => ({
      in: list.length,
      missed: count(list, (c) => isMissed(c) && c.missedKind !== 'busy_hit'),
      busyHit: count(list, (c) => c.missedKind === 'busy_hit'),
    }),
  },
  {
    report: incomingByNumber,
    about: (c) => c.direction === 'in',
    key: (c) => c.number ?? '',
    figures: (list) => ({ in: list.length, answered: count(list, isAnswered), missed: count(list, isMissed), talkSeconds: talk(list) }),
  },
  {
    report: incomingByEmployee,
    about: (c) => c.direction === 'in',
    key: (c) => c.employee?.id ?? '',
    figures: (list) => ({ calls: list.length, talkSeconds: talk(list) }),
  },
  {
    report: outgoingShares,
    about: (c) => c.direction === 'out',
    key: (c, _, { talkMin = 0 }) => bandOf(c, talkMin),
    figures: (list) => ({ calls: list.length }),
  },
  {
    report: outgoingByNumber,
    about: (c) => c.direction === 'out',
    key: (c) => c.number ?? '',
    figures: (list) => ({ out: list.length, answered: count(list, isAnswered), talkSeconds: talk(list) }),
  },
  {
    report: outgoingByEmployee,
    about: (c) => c.direction === 'out',
    key: (c) => c.employee?.id ?? '',
    figures: (list) => ({ calls: list.length, talkSeconds: talk(list) }),
  },
  {
    report: outgoingByAccount,
    about: (c) => c.direction === 'out',
    key: (c) => c.from,
    figures: (list) => ({ out: list.length, answered: count(list, isAnswered), talkSeconds: talk(list) }),
  },
  {
    report: missedByNumber,
    about: isMissed,
    key: (c) => c.number ?? '',
    figures: missedKinds,
  },
  {
    report: missedByGroup,
    about: isMissed,
    key: (c) => c.group ?? '',
    figures: missedKinds,
  },
  {
    report: byGroup,
    about: () => true,
    key: (c) => c.group ?? '',
    figures: (list) => ({
      ...{ calls: list.length, in: count(list, (c) => c.direction === 'in'), out: count(list, (c) => c.direction === 'out') },
      ...{ answered: count(list, (c) => c.direction === 'in' && isAnswered(c)), missed: count(list, isMissed), talkSeconds: talk(list) },
    }),
  },
  {
    report: callers,
    about: (c) => c.direction === 'in',
    key: () => '',
    figures: (list, all) => ({
      ...{ in: list.length, uniqueCallers: different(list), newCallers: count(list, (c) => isFirst(c, all)) },
      ...{ repeatCalls: count(list, (c) => isRepeat(c, all)), hiddenCalls: count(list, (c) => isHidden(c.from)) },
    }),
  },
  {
    report: callersByNumber,
    about: (c) => c.direction === 'in',
    key: (c) => c.number ?? '',
    figures: (list, all) => ({
      ...{ in: list.length, uniqueCallers: different(list), newCallers: count(list, (c) => isFirst(c, all)) },
      repeatCalls: count(list, (c) => isRepeat(c, all)),
    }),
  },
  { report: serviceLevel, about: (c) => c.direction === 'in', key: () => '', figures: service },
  { report: serviceByGroup, about: (c) => c.direction === 'in', key: (c) => c.group ?? '', figures: service },
  {
    report: serviceByDay,
    about: (c) => c.direction === 'in',
    key: (c, zone) => new Date(startOfDay(zone, Date.parse(c.startedAt))).toISOString(),
    figures: service,
  },
  {
    report: serviceByHour,
    about: (c) => c.direction === 'in',
    key: (c, zone) => new Date(startOfHour(zone, Date.parse(c.startedAt))).toISOString(),
    figures: service,
  },
  {
    report: daily,
    about: () => true,
    key: (c, zone) => new Date(startOfDay(zone, Date.parse(c.startedAt))).toISOString(),
    figures: flow,
  },
  {
    report: weekly,
    about: () => true,
    key: (c, zone) => new Date(startOfWeek(zone, Date.parse(c.startedAt))).toISOString(),
    figures: flow,
  },
  {
    report: monthly,
    about: () => true,
    key: (c, zone) => new Date(startOfMonth(zone, Date.parse(c.startedAt))).toISOString(),
    figures: flow,
  },
  {
    report: weekHours,
    about: () => true,
    key: (c, zone) => {
      const wall = new Date(wallClock(zone, Date.parse(c.startedAt)));
      return `${wall.getUTCDay() || 7}-${wall.getUTCHours()}`;
    },
    figures: (list) => ({
      ...{ calls: list.length, in: count(list, (c) => c.direction === 'in') },
      ...{ missed: count(list, isMissed), out: count(list, (c) => c.direction === 'out') },
    }),
  },
];

/** Rows and totals against the list of calls, and every figure of calls against the list that a click on it opens. */
async function agrees(tenant: string, query: string, { report, about, key, figures }: (typeof SECOND_WAY)[number]): Promise<void> {
  const company = await companyOf(tenant);
  const filter = filterFromQuery(new URLSearchParams(query));
  const list = (await calls(tenant, query)).filter(about);
  const all = await calls(tenant);
  const figured = (of: readonly Call[]) => figures(of, all);
  const plan = planReport(report, filter, company);
  const answer = await runReport(store, { tenant } as TenantScope, plan);
  const told = await stack.rest<Answer>('GET', `/tenants/${tenant}/reports/${report.id}?${query}`);
  const named = (given: Readonly<Record<string, number | null | undefined>>) =>
    Object.fromEntries(report.measures.map((id) => [report.as?.[id] ?? id, rounded(given[id])]));
  const byKey = Map.groupBy(list, (c) => key(c, company.zone, filter));
  const happened = answer.rows.filter((row) => byKey.has(row.key ?? ''));
  if (report.by !== null) expect(happened.map((row) => row.key ?? '').sort()).toEqual([...byKey.keys()].sort());
  for (const row of answer.rows) expect(named(row.figures), `${report.id} ${row.key}`).toEqual(figured(byKey.get(row.key ?? '') ?? []));
  expect(named(answer.totals)).toEqual(figured(list));
  expect(Object.fromEntries(Object.entries(told.totals).map(([id, value]) => [id, rounded(value)]))).toEqual(figured(list));
  expect(told.rows.map((row) => Object.fromEntries(Object.keys(figured([])).map((id) => [id, rounded(row[id])])))).toEqual(
    answer.rows.map((row) => figured(byKey.get(row.key ?? '') ?? [])),
  );
  for (const row of told.rows) expect(Object.keys(row).sort()).toEqual(told.columns.map((c) => c.id).sort());
  const table = tableOf(plan, answer);
  const opened = async (drill: CallFilter | null) => (drill === null ? [] : await calls(tenant, filterToQuery(drill)));
  const rows = table.rows.filter((row) => byKey.has(row.key ?? ''));
  for (const { key: at, cells } of [...rows, { key: 'total', cells: table.totals }])
    for (const [i, cell] of cells.entries()) {
      const column = table.columns[i];
      if (column?.type !== 'integer') continue;
      const found = await opened(cell.drill);
      const behind = column.id === 'uniqueCallers' ? different(found) : found.length;
      expect(behind, `${report.id} ${at} ${column.id}`).toBe(cell.value);
    }
}

describe.each(SECOND_WAY.map((way) => [way.report.id, way] as const))('%s', (_, way) => {
  test.each(['t1', 't2'])('of %s is the list of calls added up, and a click opens exactly these calls', async (tenant) => {
    await agrees(tenant, dayIn((await companyOf(tenant)).zone), way);
  });

  test.each([
    'direction=in',
    'answered=true',
    'answered=false',
    'employee=e103',
    'talkMin=2',
    'talkMax=3',
    'caller=!10*',
    'weekday=1,2,3',
    'time=09:00-18:00',
    'time=12:35-10:20',
  ])('under %s too', async (query) => {
    await agrees('t1', `${dayIn((await companyOf('t1')).zone)}&${query}`, way);
  });

  test.each(['Asia/Kolkata', 'Australia/Lord_Howe'])('in %s by the clock there', async (zone) => {
    const { tenant } = companies().t1 as { tenant: Record<string, unknown> };
    await stack.rest('PUT', '/tenants/t1', { ...tenant, timezone: zone });
    try {
      await agrees('t1', dayIn(zone), way);
    } finally {
      await stack.rest('PUT', '/tenants/t1', tenant);
    }
  });
});

test('what the directory calls a number, an employee and a group stands beside it', async () => {
  const { directory } = companies().t1 ?? {};
  const of = async (id: string) => (await stack.rest<Answer>('GET', `/tenants/t1/reports/${id}?${dayIn('Europe/Moscow')}`)).rows;
  const numbers = await of('incoming-by-number');
  expect(numbers.map((row) => row.label)).toContain((directory as { numbers: { label: string }[] }).numbers[0]?.label);
  const people = await of('incoming-by-employee');
  const [known] = (await calls('t1', 'direction=in&answered=true')).flatMap((c) => c.employee ?? []);
  expect(people).toContainEqual(expect.objectContaining({ employee: known?.id, name: known?.name }));
  expect(people).toContainEqual(expect.objectContaining({ employee: '', name: '' }));
});

test('shares begin with the shortest talk that is asked for, and have no unanswered then', async () => {
  const of = async (query: string) =>
    (await stack.rest<Answer>('GET', `/tenants/t1/reports/outgoing-shares?${dayIn('Europe/Moscow')}${query}`)).rows.map((r) => [
      r.fromSeconds,
      r.toSeconds,
    ]);
  expect(await of('')).toEqual([
    [0, 30],
    [30, 60],
    [60, 180],
    [180, 600],
    [600, null],
    [null, null],
  ]);
  expect(await of('&talkMin=45')).toEqual([
    [45, 60],
    [60, 180],
    [180, 600],
    [600, null],
  ]);
  expect(await of('&talkMin=0.5&talkMax=50')).toEqual([
    [0.5, 30],
    [30, null],
  ]);
});

test('a report of days has one on which the clock changes, of 25 hours', async () => {
  const { tenant } = companies().t1 as { tenant: Record<string, unknown> };
  await stack.rest('PUT', '/tenants/t1', { ...tenant, timezone: 'Europe/Berlin' });
  try {
    const { rows } = await stack.rest<Answer>('GET', '/tenants/t1/reports/daily?from=2026-10-23T22:00:00Z&to=2026-10-26T23:00:00Z');
    expect(rows.map((row) => row.day)).toEqual(['2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  } finally {
    await stack.rest('PUT', '/tenants/t1', tenant);
  }
});
