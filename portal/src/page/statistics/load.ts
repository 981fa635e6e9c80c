import type { ReportAnswer } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import { hourly } from '@callscope/analytics/reports/hourly.ts';
import { type LineCall, lineCalls } from '@callscope/analytics/run/day.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type Compared, comparedBy, isOneDay } from '../comparison.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import { filterOf } from '../journal/address.ts';
import type { CompanyNames } from '../names.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import { reportsOf, type StatisticsAddress } from './address.ts';

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
  /** of the day's lines; null = another section, more days than one, or no answer */
  day: { calls: LineCall[]; isCut: boolean } | null;
  /** more days than the report takes */
  isTooLong: boolean;
  failure: Failure | null;
  /** for the conditions and their words */
  names: CompanyNames;
  /** what the conditions name that the directory does not have */
  missing: Missing | null;
}

/** A report of a section and what it answers. */
export interface Block {
  id: string;
  answer: ReportAnswer;
  /** of the period that it is compared with */
  before: ReportAnswer | null;
}

const DAY = 86_400_000;
/** Calls of a day that a page draws: of a company with more, the first. */
const MOST_DRAWN = 5_000;

const NOT_ASKED = { answer: null, failure: null };

function loadBlocks(scope: TenantScope, company: Company, address: StatisticsAddress, compared: Compared | null): Promise<Block[]> {
  const { store } = deps();
  const filter = filterOf(address);
  return Promise.all(
    reportsOf(address.section, address.period, company.zone).map(async (report) => {
      const ask = (of: CallFilter) => runReport(store, scope, planReport(report, of, company));
      const past = compared && { ...filter, from: compared.from, to: compared.until };
      const [answer, before] = await Promise.all([ask(filter), past && ask(past)]);
      return { id: report.id, answer, before };
    }),
  );
}

async function loadLines(scope: TenantScope, company: Company, filter: CallFilter): Promise<{ calls: LineCall[]; isCut: boolean }> {
  const calls = await lineCalls(deps().store, scope, filter, company, MOST_DRAWN + 1);
  return { calls: calls.slice(0, MOST_DRAWN), isCut: calls.length > MOST_DRAWN };
}

export async function loadStatistics(scope: TenantScope, tenant: RuledTenant, address: StatisticsAddress): Promise<StatisticsData> {
  const now = deps().clock.now();
  const { period, conditions, compare } = address;
  const company = await askedOf(deps(), scope, tenant, conditions);
  const days = (wallClock(company.zone, period.to) - wallClock(company.zone, period.from)) / DAY;
  const { section } = address;
  const isByHour = section === 'hours';
  const isLines = section === 'people';
  const isOne = isOneDay(period, company.zone);
  const isTooLong = (isByHour && days > hourly.mostDays) || (isLines && !isOne);
  const compared = comparedBy(compare, period, company.zone, now);
  // hours of many days are drawn beside others only when somebody asks for it
  const ghost = compare !== 'weeks' || isOne ? compared : null;
  const [found, blocks, day, names] = await Promise.all([
    isByHour && !isTooLong ? answered(loadHourly(scope, company, filterOf(address), ghost)) : NOT_ASKED,
    isByHour || isLines ? NOT_ASKED : answered(loadBlocks(scope, company, address, compared)),
    isLines && isOne ? answered(loadLines(scope, company, filterOf(address))) : NOT_ASKED,
    loadNames(scope, tenant),
  ]);
  return {
    address,
    now,
    hourly: found.answer,
    compared,
    blocks: blocks.answer,
    isTooLong,
    day: day.answer,
    failure: found.failure ?? blocks.failure ?? day.failure,
    names,
    missing: await missingIn(scope, tenant, conditions, { ...names, numbers: names.numbers.map((n) => n.number) }),
  };
}
