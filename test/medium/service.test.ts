import { filterFromQuery } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { callers, callersByNumber } from '@callscope/analytics/reports/callers.ts';
import { serviceByDay, serviceLevel } from '@callscope/analytics/reports/service.ts';
import { countCalls, listCalls } from '@callscope/analytics/run/calls.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import { isHidden } from '@callscope/core/domain/hidden.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { callBegins, callEnds, type MadeCall } from '../e2e/events.ts';
import { type Stack, sendTcp, startStack, until } from './stack.ts';

/** Service level and who calls in: what each means, shown on calls made for it. */

const [SALES, HELP] = ['74951000122', '74951000133'];
const DAY = 'from=2026-11-24T21:00:00Z&to=2026-11-25T21:00:00Z';
const OFFICE = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [{ from: '09:00', to: '18:00' }]]));

const missed = { talk: 0, code: 487, legs: [{ target: '102', after: 1, code: 487 }] } as const;
function call(id: string, startedAt: string, from: string, more: Partial<MadeCall> = {}): MadeCall {
  return {
    ...{ id, tenant: 'moscow', domain: 'moscow.test', direction: 'in', from, to: SALES as string, startedAt: Date.parse(startedAt) },
    ...{ wait: 12, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
    ...more,
  };
}
/** Ringing begins 2 s after a call of these begins. */
const CALLS = [
  // before the period: an old acquaintance, somebody of eight days ago, somebody of exactly seven days
  call('long-ago', '2026-10-01T09:00:00Z', '79130000001'),
  call('eight-days', '2026-11-17T08:00:00Z', '79130000002'),
  call('seven-days', '2026-11-18T09:00:00Z', '79130000003'),
  call('ours', '2026-11-24T09:00:00Z', '102', {
    direction: 'out',
    to: '79130000004',
    legs: [{ target: '79130000004', after: 1, code: 200 }],
  }),
  // of the period, Wednesday 25 November
  call('in-20', '2026-11-25T07:00:00Z', '79130000001', { wait: 22 }),
  call('in-21', '2026-11-25T08:00:00Z', '79130000002', { wait: 23, talk: 120 }),
  call('after-seven', '2026-11-25T09:00:00Z', '79130000003', { wait: 6, talk: 30 }),
  call('new', '2026-11-25T10:00:00Z', '79130000004', { ...missed, wait: 30 }),
  call('new-again', '2026-11-25T10:05:00Z', '79130000004', { wait: 4, talk: 30, to: HELP as string }),
  call('hidden', '2026-11-25T10:10:00Z', 'anonymous', { ...missed, wait: 4 }),
  call('hidden-too', '2026-11-25T10:20:00Z', 'anonymous', { wait: 8 }),
  call('at-night', '2026-11-25T16:00:00Z', '79130000005', { ...missed, wait: 20 }),
  // after the period
  call('later', '2026-11-26T10:00:00Z', '79130000006'),
];

interface Explanation {
  definition: string;
  value: number | null;
  division: Record<'over' | 'by', { measure: string; value: number }> | null;
  rules: { id: string; value: number | boolean }[];
  counted: { total: number; filter: string | null };
  leftOut: { why: string; total: number; filter: string }[];
}

let stack: Stack;
let store: ClickHouseClient;
const put = (more: object) =>
  stack.rest('PUT', '/tenants/moscow', {
    name: 'moscow',
    domain: 'moscow.test',
    timezone: 'Europe/Moscow',
    shortAbandonSeconds: 5,
    ...more,
  });

beforeAll(async () => {
  stack = await startStack();
  store = storeOf(stack);
  await put({ workingHours: { week: OFFICE } });
  await stack.rest('PUT', '/tenants/moscow/directory', {
    numbers: [SALES, HELP].map((number) => ({ number, label: number === SALES ? 'Продажи' : 'Помощь' })),
    employees: ['101', '102'].map((x) => ({ id: `e${x}`, name: x, extensions: [x] })),
  });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until('all calls are stored', async () => (await ids('')).length === CALLS.length);
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

const calls = async (query: string) =>
  (await stack.rest<{ data: { id: string }[] }>('GET', `/tenants/moscow/calls?limit=1000&${query}`)).data;
const ids = async (query: string) => (await calls(query)).map((c) => c.id).sort();
const totals = async (report: string, query: string) =>
  (await stack.rest<{ totals: Record<string, number | null> }>('GET', `/tenants/moscow/reports/${report}?${query}`)).totals;
const explain = (measure: string, query = DAY) =>
  stack.rest<Explanation>('GET', `/tenants/moscow/reports/service-level/explain?measure=${measure}&${query}`);

describe('the service level', () => {
  test('is answered within the threshold by offered; those who gave up stay among the offered', async () => {
    expect(await totals('service-level', DAY)).toEqual({
      ...{ offered: 8, answeredInTime: 4, answeredLate: 1, notAnswered: 3, serviceLevel: 4 / 8 },
      averageWait: (20 + 21 + 4 + 2 + 6) / 5,
      handleTime: (60 + 120 + 30 + 30 + 60) / 5,
    });
  });

  test('counts an answer at the very threshold as in time, and one a millisecond later as late', async () => {
    expect(await ids(`${DAY}&direction=in&answered=true&waitMax=20`)).toEqual(['after-seven', 'hidden-too', 'in-20', 'new-again']);
    expect(await ids(`${DAY}&direction=in&answered=true&waitMin=20.001`)).toEqual(['in-21']);
    expect(await ids(`${DAY}&direction=in&waitMin=20&waitMax=20`)).toEqual(['in-20']);
  });

  test('of a period in which nobody called is no data, never 100 %', async () => {
    const { serviceLevel, averageWait, handleTime, ...counts } = await totals(
      'service-level',
      'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
    );
    expect([serviceLevel, averageWait, handleTime]).toEqual([null, null, null]);
    expect(Object.values(counts).every((n) => n === 0)).toBe(true);
    const { rows } = await stack.rest<{ rows: Record<string, number | null>[] }>('GET', `/tenants/moscow/reports/service-by-hour?${DAY}`);
    expect(rows.filter((row) => row.offered === 0).every((row) => row.serviceLevel === null)).toBe(true);
  });

  test('says its threshold, its goal and what is left out, and opens the calls answered in time', async () => {
    const { definition, value, counted, leftOut } = await explain('serviceLevel');
    expect(definition).toBe(
      'Принятые в срок, делённые на все поступившие входящие. Без поступивших – нет данных. Срок 20 с. Цель 80 %. Короткие пропущенные и пропущенные вне часов считаются.',
    );
    expect(value).toBe(0.5);
    expect(await ids(counted.filter ?? '')).toEqual(['after-seven', 'hidden-too', 'in-20', 'new-again']);
    expect(leftOut.map((part) => [part.why, part.total])).toEqual([
      ['Никто не ответил', 3],
      ['Ждали дольше 20 с', 1],
    ]);
    expect(await ids(leftOut[1]?.filter ?? '')).toEqual(['in-21']);
  });

  test('follows the company: threshold, goal and what it leaves out change figure, list and explanation at once, for the past too', async () => {
    await put({ answerWithinSeconds: 21, serviceLevelPercent: 90, serviceWithoutShortAbandons: true, serviceWithoutOutOfHours: true });
    try {
      expect(await totals('service-level', DAY)).toMatchObject({
        ...{ offered: 6, answeredInTime: 5, answeredLate: 0, notAnswered: 1, serviceLevel: 5 / 6 },
      });
      const { definition, value, division, rules, counted, leftOut } = await explain('serviceLevel');
      expect(definition).toContain('Срок 21 с. Цель 90 %. Короткие пропущенные и пропущенные вне часов не считаются.');
      expect(value).toBe(5 / 6);
      expect(division).toMatchObject({ over: { measure: 'answeredInTime', value: 5 }, by: { measure: 'offered', value: 6 } });
      expect(rules.map(({ id, value: is }) => [id, is])).toEqual([
        ['answerWithinSeconds', 21],
        ['serviceLevelPercent', 90],
        ['serviceWithout', true],
        ['shortAbandonSeconds', 5],
        ['workingHours', true],
      ]);
      expect((await ids(counted.filter ?? '')).length).toBe(5);
      expect(leftOut.map((part) => [part.why, part.total])).toEqual([
        ['Короткие пропущенные', 1],
        ['Вне часов', 1],
        ['Никто не ответил', 1],
        ['Ждали дольше 21 с', 0],
      ]);
      expect(await ids(leftOut[0]?.filter ?? '')).toEqual(['hidden']);
      const { columns } = await stack.rest<{ columns: { id: string; definition: string }[] }>(
        'GET',
        `/tenants/moscow/reports/service-by-group?${DAY}`,
      );
      expect(columns.find((column) => column.id === 'answeredInTime')?.definition).toContain('Срок 21 с.');
    } finally {
      await put({ answerWithinSeconds: 20, serviceLevelPercent: 80, serviceWithoutShortAbandons: false, serviceWithoutOutOfHours: false });
    }
    expect(await totals('service-level', DAY)).toMatchObject({ offered: 8, serviceLevel: 0.5 });
  });

  test.each([
    ['answerWithinSeconds', 1.5],
    ['answerWithinSeconds', 601],
    ['serviceLevelPercent', 0],
    ['repeatCallDays', 0],
    ['serviceWithoutOutOfHours', 'yes'],
  ])('takes no %s of %s', async (field, value) => {
    const form = { name: 'moscow', domain: 'moscow.test', [field]: value };
    const refused = await stack.fetch('/api/v1/tenants/moscow', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(field);
  });
});

describe('callers', () => {
  test('unique are different numbers, new have never called in before, repeat have within seven days; hidden ones are none of these', async () => {
    expect(await totals('callers', DAY)).toEqual({ in: 8, uniqueCallers: 5, newCallers: 2, repeatCalls: 2, hiddenCalls: 2 });
    // a call of ours to a number does not make it a caller
    expect(await ids(`${DAY}&firstCall=true`)).toEqual(['at-night', 'new']);
    // exactly seven days are within, eight are not
    expect(await ids(`${DAY}&repeatCall=true`)).toEqual(['after-seven', 'new-again']);
    expect(await ids(`${DAY}&hiddenNumber=true`)).toEqual(['hidden', 'hidden-too']);
  });

  test('of a number: a new one stands where the first call came to, a unique one everywhere; totals are no sum', async () => {
    const { rows, totals: all } = await stack.rest<{ rows: object[]; totals: object }>(
      'GET',
      `/tenants/moscow/reports/callers-by-number?${DAY}`,
    );
    expect(rows).toEqual([
      { number: SALES, label: 'Продажи', in: 7, uniqueCallers: 5, newCallers: 2, repeatCalls: 1 },
      { number: HELP, label: 'Помощь', in: 1, uniqueCallers: 1, newCallers: 0, repeatCalls: 1 },
    ]);
    expect(all).toEqual({ in: 8, uniqueCallers: 5, newCallers: 2, repeatCalls: 2 });
  });

  test('are first and repeat whatever the period and the other conditions are', async () => {
    expect(await ids('firstCall=true')).toEqual(['at-night', 'eight-days', 'later', 'long-ago', 'new', 'seven-days']);
    expect(await ids(`from=2026-11-25T10:02:00Z&to=2026-11-25T10:08:00Z&repeatCall=true&answered=true`)).toEqual(['new-again']);
    expect(await ids(`from=2026-11-25T10:02:00Z&to=2026-11-25T10:08:00Z&firstCall=true`)).toEqual([]);
    expect(await ids(`${DAY}&number=${HELP}&repeatCall=true`)).toEqual(['new-again']);
    const [first, others] = [await ids(`${DAY}&firstCall=true`), await ids(`${DAY}&firstCall=false`)];
    expect([...first, ...others].sort()).toEqual(await ids(DAY));
  });

  test('of whoever sees a part are counted among what they see: nothing is learnt of the others', async () => {
    const company: Company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES };
    const seen = async (query: string) => {
      const scope = { tenant: 'moscow', within: { employees: ['e101'], groups: [], numbers: [] } } as unknown as TenantScope;
      const found = await listCalls(store, scope, filterFromQuery(new URLSearchParams(`${DAY}&${query}`)), company, 100, null);
      return found.map((c) => c.id).sort();
    };
    // the call before it was offered to 102 alone
    expect(await seen('firstCall=true')).toEqual(['new-again']);
    expect(await seen('repeatCall=true')).toEqual(['after-seven']);
  });

  test('repeat within the days that the company says', async () => {
    await put({ repeatCallDays: 8 });
    try {
      expect(await ids(`${DAY}&repeatCall=true`)).toEqual(['after-seven', 'in-21', 'new-again']);
      const { definition, value, rules, counted } = await stack.rest<Explanation>(
        'GET',
        `/tenants/moscow/reports/callers/explain?measure=repeatCalls&${DAY}`,
      );
      expect(definition).toContain('Повторный – в пределах 8 дней после прошлого.');
      expect([value, counted.total, (await totals('callers', DAY)).repeatCalls]).toEqual([3, 3, 3]);
      expect(rules).toMatchObject([{ id: 'repeatCallDays', value: 8 }]);
    } finally {
      await put({ repeatCallDays: 7 });
    }
  });
});

interface Made {
  id: string;
  caller: string;
  number: string;
  startedAt: number;
  /** ms */
  wait: number;
  talk: number;
  answered: boolean;
}

/** Five weeks of a company with callers who come back, some of them hidden, and calls that wait just as long as they may. */
function madeCalls(): Made[] {
  let seed = 20_261_127;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const start = Date.parse('2026-10-19T21:00:00Z');
  return Array.from({ length: 4_000 }, (_, i) => {
    const who = random();
    const caller =
      who < 0.04
        ? (['', 'anonymous', 'Restricted'][Math.floor(random() * 3)] as string)
        : `7916${1_000_000 + Math.floor(who * who * 3_000)}`;
    const answered = random() < 0.8;
    const wait = Math.floor(random() * 4) === 0 ? 19_998 + Math.floor(random() * 5) : Math.floor(random() * 60_000);
    return {
      ...{ id: `made-${i}`, caller, number: random() < 0.6 ? (SALES as string) : (HELP as string), answered, wait },
      ...{ startedAt: start + Math.floor(random() * 35 * 86_400) * 1_000, talk: answered ? Math.floor(random() * 300_000) : 0 },
    };
  });
}

describe('over thousands of calls, counted a second way', () => {
  const MADE = madeCalls();
  const zone = 'Europe/Moscow';
  const company: Company = { zone, country: 'RU', rules: { ...DEFAULT_RULES, repeatCallDays: 3 } };
  const scope = { tenant: 'many' } as TenantScope;
  const period = { from: Date.parse('2026-11-08T21:00:00Z'), to: Date.parse('2026-11-18T21:00:00Z') };
  const asked = MADE.filter((c) => c.startedAt >= period.from && c.startedAt < period.to);
  const before = (c: Made) =>
    MADE.filter((o) => o.caller === c.caller && (o.startedAt < c.startedAt || (o.startedAt === c.startedAt && o.id < c.id)));
  const callersOf = (list: readonly Made[]) => {
    const known = list.filter((c) => !isHidden(c.caller));
    return {
      ...{ in: list.length, uniqueCallers: new Set(known.map((c) => c.caller)).size },
      newCallers: known.filter((c) => before(c).length === 0).length,
      repeatCalls: known.filter((c) => before(c).some((o) => c.startedAt - o.startedAt <= 3 * 86_400_000)).length,
    };
  };
  const serviceOf = (list: readonly Made[]) => {
    const taken = list.filter((c) => c.answered);
    const inTime = taken.filter((c) => c.wait <= 20_000).length;
    return {
      ...{ offered: list.length, answeredInTime: inTime, answeredLate: taken.length - inTime, notAnswered: list.length - taken.length },
      serviceLevel: list.length === 0 ? null : inTime / list.length,
    };
  };

  beforeAll(async () => {
    const at = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
    const values = MADE.map((c) => ({
      ...{ tenant: 'many', id: c.id, direction: 'in', caller: c.caller, number: c.number, started_at: at(c.startedAt), revision: 1 },
      ...{ result: c.answered ? 'answered' : 'no_answer', missed_kind: c.answered ? '' : 'not_taken', ringing_at: at(c.startedAt) },
      ...{
        answered_at: c.answered ? at(c.startedAt + c.wait) : 0,
        ended_at: at(c.startedAt + c.wait + c.talk),
        written_at: at(c.startedAt),
      },
    }));
    await store.insert({ table: 'calls', values, format: 'JSONEachRow' });
  });

  test('there is enough to tell definitions apart', () => {
    const { in: all, uniqueCallers, newCallers, repeatCalls } = callersOf(asked);
    expect([all - uniqueCallers, uniqueCallers - newCallers, repeatCalls, newCallers].every((n) => n > 20)).toBe(true);
    expect(asked.filter((c) => c.answered && c.wait === 20_000).length).toBeGreaterThan(5);
  });

  test('callers, all together and by number; a click on new and repeat ones opens as many calls', async () => {
    const { totals: all } = await runReport(store, scope, planReport(callers, period, company));
    expect(all).toEqual({ ...callersOf(asked), hiddenCalls: asked.filter((c) => isHidden(c.caller)).length });
    const byNumber = await runReport(store, scope, planReport(callersByNumber, period, company));
    expect(byNumber.totals).toEqual(callersOf(asked));
    expect(byNumber.rows).toEqual(
      [SALES, HELP].map((number) => ({ key: number, figures: callersOf(asked.filter((c) => c.number === number)) })),
    );
    expect(await countCalls(store, scope, { ...period, firstCall: true }, company)).toMatchObject({ calls: all.newCallers });
    expect(await countCalls(store, scope, { ...period, repeatCall: true }, company)).toMatchObject({ calls: all.repeatCalls });
  });

  test('service, all together and by day', async () => {
    const { totals: all } = await runReport(store, scope, planReport(serviceLevel, period, company));
    expect(all).toMatchObject(serviceOf(asked));
    const { rows } = await runReport(store, scope, planReport(serviceByDay, period, company));
    expect(rows).toHaveLength(10);
    for (const { key, figures } of rows)
      expect(figures).toMatchObject(serviceOf(asked.filter((c) => startOfDay(zone, c.startedAt) === Date.parse(key ?? ''))));
  });
});
