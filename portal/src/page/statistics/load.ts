import type { ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planCourse, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { type LineCall, lineCalls } from '@callscope/analytics/run/day.ts';
import { runCourse, runReport } from '@callscope/analytics/run/report.ts';
import { worstCalls } from '@callscope/analytics/run/worst-calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import type { Incident } from '@callscope/modules/incidents/kinds.ts';
import { callLimit } from '@callscope/modules/pbx/store.ts';
import { askedOf, spanOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type Compared, comparedBy, isOneDay } from '../comparison.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import { loadIncidents } from '../incidents-load.ts';
import { filterOf } from '../journal/address.ts';
import { type JournalRow, journalRow } from '../journal/rows.ts';
import type { CompanyNames } from '../names.ts';
import type { Period } from '../period.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import { type ChartView, reportsOf, type StatisticsAddress, usualKind } from './address.ts';
import { type Course, figureOf, hasCourse, linesOf, stepOf } from './course.ts';

export interface StatisticsData {
  address: StatisticsAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  /** null = too many days, or no answer */
  hourly: HourlyData | null;
  /** what the blocks' figures are compared with */
  compared: Compared | null;
  /** of the other sections, in their order; null = no answer */
  blocks: Block[] | null;
  /** most calls at once that the company's PBX takes; null = no such limit, or another section */
  limit: number | null;
  /** of the day's lines; null = another section, more days than one, or no answer */
  day: { calls: LineCall[]; isCut: boolean } | null;
  /** of sound: the calls that sounded worst; null = another section, or no answer */
  worst: WorstRow[] | null;
  /** more days than the report takes */
  isTooLong: boolean;
  failure: Failure | null;
  /** when figures of the period may be incomplete or odd, the newest first */
  incidents: Incident[];
  /** for the conditions and their words */
  names: CompanyNames;
  /** what the conditions name that the directory does not have */
  missing: Missing | null;
}

/** A call that sounded badly: loss a share, jitter ms, of the side that heard worse. */
export interface WorstRow {
  row: JournalRow;
  loss: number | null;
  jitter: number | null;
}

/** A report of a section and what it answers. */
export interface Block {
  id: string;
  answer: ReportAnswer;
  /** of the period that it is compared with */
  before: ReportAnswer | null;
  /** of its largest rows, when it is drawn as lines */
  course: Course | null;
}

const DAY = 86_400_000;
/** Calls of a day that a page draws: of a company with more, the first. */
const MOST_DRAWN = 5_000;

/** Worst calls that the page shows: more are in the journal. */
const MOST_WORST = 15;

const NOT_ASKED = { answer: null, failure: null };

function loadBlocks(
  scope: TenantScope,
  company: Company,
  address: StatisticsAddress,
  look: ChartView,
  compared: Compared | null,
): Promise<Block[]> {
  const { store } = deps();
  const filter = filterOf(address);
  return Promise.all(
    reportsOf(address.section, address.period, company.zone, address.step).map(async (report) => {
      const ask = (of: CallFilter) => runReport(store, scope, planReport(report, of, company));
      const past = compared && { ...filter, from: compared.from, to: compared.until };
      const [answer, before] = await Promise.all([ask(filter), past && ask(past)]);
      const isLine = hasCourse(report) && (look.blocks[report.id] ?? usualKind(report.id)) === 'line';
      const course = isLine ? await loadCourse(scope, company, report, look, address.period, filter, answer) : null;
      return { id: report.id, answer, before, course };
    }),
  );
}

/** Asked after the report itself, which says what its largest rows are. */
async function loadCourse(
  scope: TenantScope,
  company: Company,
  report: Report,
  look: ChartView,
  period: Period,
  filter: CallFilter,
  answer: ReportAnswer,
): Promise<Course> {
  const measure = figureOf(report, look.figures[report.id]);
  const by = stepOf(period, company.zone);
  const { keys, others } = linesOf(report, measure, answer);
  const plan = planCourse(report, measure, by, keys, filter, company);
  return { measure, by, keys, others, lines: keys.length > 0 ? await runCourse(deps().store, scope, plan) : [] };
}

async function loadLines(scope: TenantScope, company: Company, filter: CallFilter): Promise<{ calls: LineCall[]; isCut: boolean }> {
  const calls = await lineCalls(deps().store, scope, filter, company, MOST_DRAWN + 1);
  return { calls: calls.slice(0, MOST_DRAWN), isCut: calls.length > MOST_DRAWN };
}

async function loadWorst(scope: TenantScope, company: Company, filter: CallFilter, now: number): Promise<WorstRow[]> {
  const worst = await worstCalls(deps().store, scope, filter, company, MOST_WORST);
  return worst.map(({ call, sound: { loss, jitter, ...sound } }) => ({ row: journalRow(call, [], now, null, sound), loss, jitter }));
}

export async function loadStatistics(
  scope: TenantScope,
  tenant: RuledTenant,
  address: StatisticsAddress,
  look: ChartView,
): Promise<StatisticsData> {
  const now = deps().clock.now();
  const { period, conditions, compare } = address;
  const compared = comparedBy(compare, period, tenant.timezone, now);
  const company = await askedOf(deps(), scope, tenant, { ...conditions, ...spanOf(period, compared) });
  const days = (wallClock(company.zone, period.to) - wallClock(company.zone, period.from)) / DAY;
  const { section } = address;
  const isByHour = section === 'hours';
  const isLines = section === 'people';
  const isOne = isOneDay(period, company.zone);
  const isTooLong =
    (isByHour && days > hourly.mostDays) ||
    (isLines && !isOne) ||
    (section === 'lines' && reportsOf(section, period, company.zone, address.step).length === 0);
  // hours of many days are drawn beside others only when somebody asks for it
  const ghost = compare !== 'weeks' || isOne ? compared : null;
  const [found, blocks, day, names, limit, incidents, worst] = await Promise.all([
    isByHour && !isTooLong ? answered(loadHourly(scope, company, filterOf(address), ghost)) : NOT_ASKED,
    isByHour || isLines || isTooLong ? NOT_ASKED : answered(loadBlocks(scope, company, address, look, compared)),
    isLines && isOne ? answered(loadLines(scope, company, filterOf(address))) : NOT_ASKED,
    loadNames(scope, tenant),
    section === 'lines' ? callLimit(deps().db, scope) : null,
    loadIncidents(scope, period),
    section === 'sound' ? answered(loadWorst(scope, company, filterOf(address), now)) : NOT_ASKED,
  ]);
  return {
    address,
    now,
    hourly: found.answer,
    compared,
    blocks: blocks.answer,
    isTooLong,
    limit,
    day: day.answer,
    worst: worst.answer,
    failure: found.failure ?? blocks.failure ?? day.failure ?? worst.failure,
    incidents,
    names,
    missing: await missingIn(scope, tenant, conditions, { ...names, numbers: names.numbers.map((n) => n.number) }),
  };
}
