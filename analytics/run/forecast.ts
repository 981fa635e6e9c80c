import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import type { ClickHouseClient } from '@clickhouse/client';
import { type ForecastAnswer, forecastOf, HANDLE_DAYS, type Known, PAST_WEEKS, type Question } from '../forecast/forecast.ts';
import { WEEK_DAYS } from '../forecast/hours.ts';
import { figuresOf, KEY, type StoreRow } from '../query/answer.ts';
import { compile } from '../query/compile.ts';
import type { CallFilter } from '../query/filter.ts';
import { type Company, planFigures } from '../query/plan.ts';
import { hourly } from '../reports/hourly.ts';
import { askedBy, run } from './run.ts';

/** No question is longer than one that the report by hour takes. */
const ASKED_WEEKS = Math.floor(hourly.mostDays / WEEK_DAYS);

/** Calls of the coming days from those of the past ones, as this right sees them. @throws QueryTooLarge, StoreUnavailable */
export async function runForecast(
  client: ClickHouseClient,
  scope: TenantScope,
  company: Company,
  question: Omit<Question, 'zone'>,
): Promise<ForecastAnswer> {
  const known = await askKnown(client, scope, askedBy(scope, company), question.now);
  return forecastOf({ ...question, zone: company.zone }, known);
}

async function askKnown(client: ClickHouseClient, scope: TenantScope, company: Company, now: number): Promise<Known> {
  const day = (days: number) => startOfDay(company.zone, now, days);
  const stretches: { from: number; to: number }[] = [];
  for (let weeks = PAST_WEEKS; weeks > 0; weeks -= ASKED_WEEKS)
    stretches.push({ from: day(-weeks * WEEK_DAYS), to: day(-Math.max(weeks - ASKED_WEEKS, 0) * WEEK_DAYS) });
  const [handled, ...hours] = await Promise.all([
    handleSeconds(client, scope, company, { from: day(-HANDLE_DAYS), to: day(0) }),
    ...[...stretches, { from: day(0), to: day(1) }].map((period) => callsByHour(client, scope, company, period)),
  ]);
  return { calls: new Map(hours.flat()), handleSeconds: handled };
}

/** Hours in which somebody called. */
async function callsByHour(
  client: ClickHouseClient,
  scope: TenantScope,
  company: Company,
  period: { from: number; to: number },
): Promise<[start: number, calls: number][]> {
  const plan = planFigures(['in'], { ...period, direction: ['in'] }, company, 'hour');
  const rows = await run<StoreRow>(client, scope, compile(plan));
  return rows.map((row) => [Number(row[KEY]) * 1_000, Number(row.in)]);
}

async function handleSeconds(client: ClickHouseClient, scope: TenantScope, company: Company, period: CallFilter): Promise<number | null> {
  const rows = await run<StoreRow>(client, scope, compile(planFigures(['averageTalk'], { ...period, direction: ['in'] }, company)));
  return figuresOf(['averageTalk'], rows).averageTalk;
}
