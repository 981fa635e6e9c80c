import type { Figures } from '@callscope/analytics/query/answer.ts';
import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { listCalls } from '@callscope/analytics/run/calls.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type Compared, comparedWith, isOneDay } from '../comparison.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import type { CompanyNames } from '../names.ts';
import { type Part, partOf } from '../part.ts';
import type { Period } from '../period.ts';
import { type MissedCall, missedCall } from './missed.ts';

export interface DashboardData {
  period: Period;
  /** of the server */
  now: number;
  compared: Compared;
  figures: Figures;
  /** up to the same moment */
  before: Figures;
  /** null = more days than the chart takes */
  hourly: HourlyData | null;
  /** newest first */
  missed: MissedCall[];
  names: CompanyNames;
  failure: Failure | null;
  /** null: whoever asks sees the whole company */
  part: Part | null;
}

const DAY = 86_400_000;
export const MOST_MISSED = 8;
const NOTHING = { figures: {}, before: {}, hourly: null, missed: [] };

/** Everything at once: the page is as slow as its slowest question. */
export async function loadDashboard(scope: TenantScope, tenant: RuledTenant, period: Period): Promise<DashboardData> {
  const now = deps().clock.now();
  const company = { zone: tenant.timezone, country: tenant.country, rules: tenant.rules, target: tenant.target };
  const compared = comparedWith(period, company.zone, now);
  const [found, names] = await Promise.all([answered(ask(scope, company, period, compared)), loadNames(scope, tenant)]);
  return { period, now, compared, names, part: partOf(scope), failure: found.failure, ...(found.answer ?? NOTHING) };
}

async function ask(scope: TenantScope, company: Company, { from, to }: Period, compared: Compared) {
  const { store } = deps();
  const period: CallFilter = { from, to };
  const figuresOf = (of: CallFilter) => runReport(store, scope, planReport(summary, of, company));
  const isDrawn = (wallClock(company.zone, to) - wallClock(company.zone, from)) / DAY <= hourly.mostDays;
  const ghost = isOneDay(period as Period, company.zone) ? compared : null;
  const [now, before, byHour, missed] = await Promise.all([
    figuresOf(period),
    figuresOf({ from: compared.from, to: compared.until }),
    isDrawn ? loadHourly(scope, company, period, ghost) : null,
    listCalls(store, scope, { ...period, ...MISSED }, company, MOST_MISSED, null),
  ]);
  return { figures: now.totals, before: before.totals, hourly: byHour, missed: missed.map(missedCall) };
}
