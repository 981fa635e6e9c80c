import type { MeasureId } from '@callscope/analytics/catalog/measures.ts';
import type { Figures, ReportRow } from '@callscope/analytics/query/answer.ts';
import { type CallFilter, MISSED } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { reportOf } from '@callscope/analytics/reports/index.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { listLines } from '@callscope/analytics/run/calls.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import { type CaseTotals, countCases } from '@callscope/modules/cases/store.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { Incident } from '@callscope/modules/incidents/kinds.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type Compared, comparedWith, isOneDay } from '../comparison.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import { loadIncidents } from '../incidents-load.ts';
import type { CompanyNames } from '../names.ts';
import { type Part, partOf } from '../part.ts';
import type { Period } from '../period.ts';
import { type CardId, isReportCard, type Layout, REPORT_CARDS, type ReportCardId } from './cards.ts';
import { type MissedCall, missedCall } from './missed.ts';

/** The rows of a report that its card shows. */
export interface ReportRows {
  /** the first measure's largest first; those without an employee, number or group last */
  rows: ReportRow[];
  totals: Figures;
  /** rows that are not shown */
  more: number;
}

export interface DashboardData {
  period: Period;
  /** of the server */
  now: number;
  compared: Compared;
  layout: Layout;
  figures: Figures;
  /** up to the same moment */
  before: Figures;
  /** null = more days than the chart takes, or not asked for */
  hourly: HourlyData | null;
  /** newest first */
  missed: MissedCall[];
  cases: CaseTotals | null;
  reports: Partial<Record<ReportCardId, ReportRows>>;
  /** when figures of the period may be incomplete or odd, the newest first */
  incidents: Incident[];
  names: CompanyNames;
  failure: Failure | null;
  /** null: whoever asks sees the whole company */
  part: Part | null;
}

const DAY = 86_400_000;
export const MOST_MISSED = 8;
const MOST_ROWS = 8;
const NOTHING = { figures: {}, before: {}, hourly: null, missed: [], cases: null, reports: {} };

/** Everything at once, and only what is shown: the page is as slow as its slowest question. */
export async function loadDashboard(scope: TenantScope, tenant: RuledTenant, period: Period, layout: Layout): Promise<DashboardData> {
  const now = deps().clock.now();
  const company = { zone: tenant.timezone, country: tenant.country, rules: tenant.rules, target: tenant.target };
  const compared = comparedWith(period, company.zone, now);
  const [found, names, incidents] = await Promise.all([
    answered(ask(scope, company, period, compared, layout.shown)),
    loadNames(scope, tenant),
    loadIncidents(scope, period),
  ]);
  return { period, now, compared, layout, incidents, names, part: partOf(scope), failure: found.failure, ...(found.answer ?? NOTHING) };
}

async function ask(scope: TenantScope, company: Company, { from, to }: Period, compared: Compared, shown: readonly CardId[]) {
  const { db, store, clock } = deps();
  const period: CallFilter = { from, to };
  const has = (id: CardId) => shown.includes(id);
  const figuresOf = (of: CallFilter) => runReport(store, scope, planReport(summary, of, company));
  const isDrawn = has('hourly') && (wallClock(company.zone, to) - wallClock(company.zone, from)) / DAY <= hourly.mostDays;
  const ghost = isOneDay(period as Period, company.zone) ? compared : null;
  const [now, before, byHour, missed, cases, reports] = await Promise.all([
    has('figures') || has('missed') ? figuresOf(period) : null,
    has('figures') ? figuresOf({ from: compared.from, to: compared.until }) : null,
    isDrawn ? loadHourly(scope, company, period, ghost) : null,
    has('missed') ? listLines(store, scope, { ...period, ...MISSED }, company, MOST_MISSED, null) : [],
    has('cases') ? countCases(db, scope, { from, to }, new Date(clock.now())) : null,
    Promise.all(shown.filter(isReportCard).map(async (id) => [id, await rowsOfReport(scope, company, period, id)] as const)),
  ]);
  return {
    figures: now?.totals ?? {},
    before: before?.totals ?? {},
    hourly: byHour,
    missed: missed.map(missedCall),
    cases,
    reports: Object.fromEntries(reports),
  };
}

async function rowsOfReport(scope: TenantScope, company: Company, period: CallFilter, id: ReportCardId): Promise<ReportRows> {
  const report = reportOf(REPORT_CARDS[id].report) as Report;
  const { rows, totals } = await runReport(deps().store, scope, planReport(report, period, company));
  const first: MeasureId = REPORT_CARDS[id].columns[0];
  const named = rows.filter((row) => row.key !== '').toSorted((a, b) => (b.figures[first] ?? 0) - (a.figures[first] ?? 0));
  const without = rows.filter((row) => row.key === '');
  return { rows: [...named.slice(0, MOST_ROWS), ...without], totals, more: Math.max(0, named.length - MOST_ROWS) };
}
