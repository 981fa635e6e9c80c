import { startOfDay } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeOf } from '../bench/store.ts';
import { fillStore, TALK_SECONDS } from '../forecast/filled-store.ts';
import { type MadeCompany, madeHistory } from '../forecast/made-history.ts';
import { type Stack, startStack } from './stack.ts';
import { DOMAIN, PASSWORD, Visitor } from './visitor.ts';

interface Hour {
  start: string;
  expected: number;
  low: number;
  high: number;
  people: number | null;
  peopleHigh: number | null;
  open: boolean;
  actual: number | null;
}
interface Forecast {
  zone: string;
  historyDays: number;
  availableFrom: string | null;
  handleSeconds: number | null;
  target: { percent: number; seconds: number; shrinkage: number };
  hours: Hour[];
  backtest: { error: number; naiveError: number; coverage: number; coverageOfAll: number; hours: number; calls: number } | null;
}

const DAY = 86_400_000;
const now = Date.now();
/** A day so many days before today, as the calendar writes it. */
const date = (days: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
const day = [{ from: '09:00', to: '19:00' }];
/** Open on weekdays; closed on days of four months, one of them in the fortnight that is held back, and one to come. */
const workingHours = {
  week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] },
  dates: [-100, -61, -33, -9, 2].map((days) => ({ date: date(days), hours: [], name: 'Праздник' })),
};
const MADE: Record<string, MadeCompany & { weeks: number }> = {
  t1: { zone: 'Europe/Moscow', schedule: workingHours, seed: 11, busy: 25, growth: 0.015, dayNoise: 0.12, hourNoise: 0.15, weeks: 20 },
  t2: { zone: 'Asia/Kolkata', schedule: null, seed: 6, busy: 12, growth: 0, dayNoise: 0.1, hourNoise: 0.1, weeks: 4 },
  t3: { zone: 'Europe/Moscow', schedule: null, seed: 7, busy: 5, growth: 0, dayNoise: 0, hourNoise: 0, weeks: 1 },
};

let stack: Stack;
let store: ClickHouseClient;
const came = new Map<string, ReturnType<typeof madeHistory>>();

beforeAll(async () => {
  stack = await startStack({ env: { TRUST_PROXY: '1' } });
  store = storeOf(stack);
  for (const [id, { weeks, ...company }] of Object.entries(MADE)) {
    const domain = id === 't1' ? DOMAIN : `${id}.pbx.test`;
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain, timezone: company.zone, workingHours: company.schedule });
    if (id === 't1') await people();
    const made = madeHistory(company, startOfDay(company.zone, now, -weeks * 7 - 1), now);
    came.set(id, made);
    await fillStore(store, id, made);
  }
  await stack.rest('PUT', '/tenants/t4', { name: 't4', domain: 't4.pbx.test' });
});
afterAll(async () => {
  await store?.close();
  await stack?.end();
});

/** Before the calls are in the store: it works those of the last days out anew. */
async function people(): Promise<void> {
  await stack.rest('PUT', '/tenants/t1/directory', {
    employees: ['e101', 'e102'].map((id) => ({ id, name: id, extensions: [id.slice(1)] })),
  });
  await stack.rest('PUT', '/tenants/t1/users/admin', { password: PASSWORD, role: 'admin' });
  await stack.rest('PUT', '/tenants/t1/users/anna', { password: PASSWORD, role: 'employee', employee: 'e101' });
}

const forecast = (tenant: string, query = '') => stack.rest<Forecast>('GET', `/tenants/${tenant}/forecast${query}`);
const expectedOf = (hours: readonly Hour[]) => hours.reduce((sum, hour) => sum + hour.expected, 0);

describe('the forecast of months of calls', () => {
  test('was nearer than the same hour a week before, and its band held 70 to 90 % of hours', async () => {
    const { backtest, historyDays } = await forecast('t1');
    expect(historyDays).toBe(20 * 7);
    expect(backtest?.error).toBeLessThan((backtest?.naiveError ?? 0) * 0.9);
    expect(backtest?.coverage).toBeGreaterThan(0.7);
    expect(backtest?.coverage).toBeLessThan(0.9);
    expect(backtest?.hours).toBeGreaterThan(100);
    const held = (came.get('t1') ?? []).filter(
      (h) => h.start >= startOfDay('Europe/Moscow', now, -14) && h.start < startOfDay('Europe/Moscow', now),
    );
    expect(backtest?.calls).toBe(held.reduce((sum, hour) => sum + hour.calls, 0));
  });

  test('has today and six days by hour, with what came today', async () => {
    const { hours, zone } = await forecast('t1');
    expect(zone).toBe('Europe/Moscow');
    expect(hours).toHaveLength(7 * 24);
    expect(hours[0]?.start).toBe(new Date(startOfDay(zone, now)).toISOString());
    const today = (came.get('t1') ?? []).filter((hour) => hour.start >= startOfDay(zone, now));
    for (const { start, calls } of today.slice(0, -1)) expect(hours.find((hour) => Date.parse(hour.start) === start)?.actual).toBe(calls);
    expect(hours.at(-1)?.actual).toBeNull();
    for (const { low, high, people, peopleHigh } of hours) {
      expect(low).toBeLessThanOrEqual(high);
      expect(people).toBeLessThanOrEqual(peopleHigh ?? 0);
    }
  });

  test('knows a holiday that is to come, and needs nobody on it', async () => {
    const { hours, zone } = await forecast('t1');
    const of = (days: number) =>
      hours.filter((h) => Date.parse(h.start) >= startOfDay(zone, now, days) && Date.parse(h.start) < startOfDay(zone, now, days + 1));
    const holiday = of(2);
    expect(holiday.every(({ people, open }) => people === 0 && !open)).toBe(true);
    const busiest = Math.max(...[0, 1, 3, 4, 5, 6].map((days) => expectedOf(of(days))));
    expect(expectedOf(holiday)).toBeLessThan(busiest * 0.5);
  });

  test('needs more people for a better service, and for those who are away', async () => {
    const needed = async (query: string) => (await forecast('t1', query)).hours.reduce((sum, hour) => sum + (hour.people ?? 0), 0);
    const { handleSeconds, target } = await forecast('t1');
    expect(handleSeconds).toBeCloseTo(TALK_SECONDS, 6);
    expect(target).toEqual({ percent: 80, seconds: 20, shrinkage: 0 });
    const usual = await needed('');
    expect(usual).toBeGreaterThan(50);
    expect(await needed('?percent=95&seconds=10')).toBeGreaterThan(usual);
    expect(await needed('?shrinkage=30')).toBeGreaterThan(usual * 1.3);
    expect((await stack.fetch('/api/v1/tenants/t1/forecast?percent=0')).status).toBe(400);
    expect((await stack.fetch('/api/v1/tenants/t1/forecast?people=3')).status).toBe(400);
  });

  test('of an employee is made of their own calls', async () => {
    const anna = new Visitor(stack.portal);
    await anna.signIn('anna');
    const admin = new Visitor(stack.portal);
    await admin.signIn('admin');
    const total = async (visitor: Visitor) =>
      Number(/data-expected="([\d.]+)"/.exec(await (await visitor.ask('/c/t1/forecast')).text())?.[1]);
    const [own, all] = [await total(anna), await total(admin)];
    expect(all).toBeCloseTo(expectedOf((await forecast('t1')).hours), 0);
    expect(own / all).toBeGreaterThan(0.25);
    expect(own / all).toBeLessThan(0.5);
  });
});

test('a zone half an hour off has its own hours; without five weeks there is no backtest', async () => {
  const { hours, backtest } = await forecast('t2');
  expect(hours[0]?.start).toMatch(/T18:30:00/);
  expect(backtest).toBeNull();
  expect(hours.some(({ people }) => (people ?? 0) > 1)).toBe(true);
});

test('too short a history says from when on there is a forecast; none says nothing', async () => {
  const first = startOfDay('Europe/Moscow', now, -7);
  expect(await forecast('t3')).toMatchObject({
    historyDays: 7,
    hours: [],
    availableFrom: new Date(startOfDay('Europe/Moscow', first, 21)).toISOString(),
  });
  expect(await forecast('t4')).toMatchObject({ historyDays: 0, hours: [], availableFrom: null });
  expect((await stack.fetch('/api/v1/tenants/t9/forecast')).status).toBe(404);
});
