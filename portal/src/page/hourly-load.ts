import type { Figures, ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { startOfHour } from '@callscope/core/domain/zone.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { Compared } from './comparison.ts';

/** Calls by hour, and those of the day that they are compared with. */
export interface HourlyData {
  answer: ReportAnswer;
  compared: (Compared & { answer: ReportAnswer /** its running hour up to the same moment */; current: Figures }) | null;
}

/** @param filter with its period, of at most 31 days */
export async function loadHourly(scope: TenantScope, company: Company, filter: CallFilter, compared: Compared | null): Promise<HourlyData> {
  const { store } = deps();
  const ask = (of: CallFilter) => runReport(store, scope, planReport(hourly, of, company));
  if (compared === null) return { answer: await ask(filter), compared: null };
  const { from, to, until } = compared;
  const [answer, before, current] = await Promise.all([
    ask(filter),
    ask({ ...filter, from, to }),
    ask({ ...filter, from: Math.max(from, startOfHour(company.zone, until)), to: until }),
  ]);
  return { answer, compared: { ...compared, answer: before, current: current.totals } };
}
