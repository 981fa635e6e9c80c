import type { Figures } from '@callscope/analytics/query/answer.ts';
import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { listCalls } from '@callscope/analytics/run/calls.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type MissedCall, missedCall } from '../dashboard/missed.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import type { CompanyNames } from '../names.ts';
import { type Period, presetPeriod } from '../period.ts';

/** Figures of today around the calls in progress. */
export interface WallData {
  period: Period;
  /** of the server */
  now: number;
  filter: CallFilter;
  figures: Figures;
  hourly: HourlyData | null;
  missed: MissedCall[];
  failure: Failure | null;
}

export interface LiveData {
  names: CompanyNames;
  /** null = the page, not the wall */
  wall: WallData | null;
}

const MOST_MISSED = 7;

/** @param groups of the wall's figures; empty = all. null = no wall */
export async function loadLive(scope: TenantScope, tenant: RuledTenant, groups: readonly string[] | null): Promise<LiveData> {
  const [names, wall] = await Promise.all([loadNames(scope, tenant), groups === null ? null : loadWall(scope, tenant, groups)]);
  return { names, wall };
}

async function loadWall(scope: TenantScope, tenant: RuledTenant, groups: readonly string[]): Promise<WallData> {
  const { store, clock } = deps();
  const now = clock.now();
  const company = { zone: tenant.timezone, country: tenant.country, rules: tenant.rules, target: tenant.target };
  const period = presetPeriod('today', company.zone, now);
  const filter: CallFilter = { from: period.from, to: period.to, ...(groups.length > 0 ? { group: groups } : {}) };
  const asked = Promise.all([
    runReport(store, scope, planReport(summary, filter, company)),
    loadHourly(scope, company, filter, null),
    listCalls(store, scope, { ...filter, ...MISSED }, company, MOST_MISSED, null),
  ]);
  const { answer, failure } = await answered(asked);
  const [figures, hourly, missed] = answer ?? [null, null, []];
  return { period, now, filter, figures: figures?.totals ?? {}, hourly, missed: missed.map(missedCall), failure };
}
