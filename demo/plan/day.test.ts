import { expect, test } from 'vitest';
import { COMPANIES } from '../companies/all.ts';
import type { DemoCompany } from '../companies/company.ts';
import { answeringLeg, type CallPlan } from '../edge/call.ts';
import { type CompanyPlan, perDayFor, planDay } from './day.ts';
import { addDays, midnightOf } from './zone.ts';

const LAST = '2026-11-20';
const DATES = Array.from({ length: 14 }, (_, i) => addDays(LAST, -i));
const planOf = (company: DemoCompany, floorFrom = Number.POSITIVE_INFINITY): CompanyPlan => ({
  company,
  seed: 'test',
  perDay: perDayFor(company, 20_000, LAST, DATES),
  grownAt: LAST,
  floorFrom,
});

test('at least 40 people and 12 numbers in three zones, one with half an hour', () => {
  expect(COMPANIES.reduce((sum, c) => sum + c.employees.length, 0)).toBeGreaterThanOrEqual(40);
  expect(COMPANIES.reduce((sum, c) => sum + c.numbers.length, 0)).toBeGreaterThanOrEqual(12);
  expect(COMPANIES.map((c) => (midnightOf(c.zone, LAST) / 60_000) % 60)).toContain(30);
});

test.each(COMPANIES.map((c): [string, DemoCompany] => [c.id, c]))('%s: days are believable', (_id, company) => {
  const plan = planOf(company);
  const days = DATES.map((date) => ({ date, calls: planDay(plan, date) }));
  const count = (date: string) => days.find((d) => d.date === date)?.calls.length ?? 0;
  // Friday the 20th, Saturday the 14th, Sunday the 15th
  expect(count('2026-11-14')).toBeLessThan(count(LAST) * 0.8);
  expect(count('2026-11-15')).toBeLessThan(count('2026-11-14'));
  for (const { date, calls } of days) {
    const midnight = midnightOf(company.zone, date) * 1_000;
    for (const c of calls) {
      expect(c.startedAt).toBeGreaterThanOrEqual(midnight);
      expect(c.endedAt).toBeGreaterThan(c.startedAt);
      expect(c.endedAt).toBeLessThan(midnight + 86_400e6);
    }
    expectNobodyTwice(calls);
  }
  const all = days.flatMap((d) => d.calls);
  const share = (is: (c: CallPlan) => boolean) => all.filter(is).length / all.length;
  expect(share((c) => c.direction === 'in')).toBeGreaterThan(0.4);
  expect(share((c) => c.direction === 'in' && c.answeredAt > 0)).toBeGreaterThan(0.3);
  // some who were not answered call again, some are called back
  const missed = all.filter((c) => c.direction === 'in' && c.answeredAt === 0);
  const after = (c: CallPlan, other: CallPlan) => other.startedAt > c.endedAt && other.startedAt < c.endedAt + 4 * 3_600e6;
  expect(missed.some((c) => all.some((o) => o.direction === 'in' && o.from === c.from && o.answeredAt > 0 && after(c, o)))).toBe(true);
  expect(missed.some((c) => all.some((o) => o.direction === 'out' && o.dialled === c.from && o.answeredAt > 0 && after(c, o)))).toBe(true);
});

function expectNobodyTwice(calls: readonly CallPlan[]): void {
  const talks = new Map<string, { from: number; to: number }[]>();
  for (const c of calls) {
    const leg = answeringLeg(c);
    if (!leg) continue;
    for (const who of [c.direction === 'in' ? '' : c.from, leg.outside ? '' : leg.target]) {
      if (who !== '') talks.set(who, [...(talks.get(who) ?? []), { from: c.answeredAt, to: c.endedAt }]);
    }
  }
  for (const list of talks.values()) {
    list.sort((a, b) => a.from - b.from);
    for (let i = 1; i < list.length; i++) expect(list[i]?.from).toBeGreaterThanOrEqual(list[i - 1]?.to ?? 0);
  }
}

test('the same seed gives the same calls, another one others', () => {
  const [company] = COMPANIES;
  if (!company) throw new Error('no company');
  expect(planDay(planOf(company), LAST)).toEqual(planDay(planOf(company), LAST));
  expect(planDay({ ...planOf(company), seed: 'other' }, LAST)).not.toEqual(planDay(planOf(company), LAST));
});

test('from the first start on some calls are in progress at any hour, and what was before is as it was', () => {
  const floorFrom = midnightOf('Europe/Moscow', '2026-11-19') + 15 * 3_600_000;
  const calls = COMPANIES.flatMap((c) => ['2026-11-19', '2026-11-20'].flatMap((date) => planDay(planOf(c, floorFrom), date)));
  const counts: number[] = [];
  // midnight of each company's own day is a seam: talk ends with the day
  for (let at = floorFrom + 60_000; at < floorFrom + 10 * 3_600_000; at += 60_000)
    counts.push(calls.filter((c) => c.startedAt / 1_000 <= at && c.endedAt / 1_000 > at).length);
  expect(counts.filter((n) => n >= 2).length / counts.length).toBeGreaterThan(0.9);
  for (const c of COMPANIES) {
    const before = (list: CallPlan[]) => list.filter((p) => p.startedAt < floorFrom * 1_000);
    expect(before(planDay(planOf(c, floorFrom), '2026-11-19'))).toEqual(before(planDay(planOf(c), '2026-11-19')));
  }
});
