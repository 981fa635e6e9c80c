import { hourly } from '@callscope/analytics/reports/hourly.ts';
import type { Tenant } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { wallClock } from '@callscope/core/domain/zone.ts';
import { deps } from '@callscope/portal/deps.ts';
import { comparedWith, isOneDay } from '../comparison.ts';
import { loadNames } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import { filterOf } from '../journal/address.ts';
import type { CompanyNames } from '../names.ts';
import type { StatisticsAddress } from './address.ts';

export interface StatisticsData {
  address: StatisticsAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  /** null = too many days, or no answer */
  hourly: HourlyData | null;
  /** more days than the report takes */
  isTooLong: boolean;
  failure: Failure | null;
  /** for the conditions' words */
  names: CompanyNames;
}

const DAY = 86_400_000;
const NO_NAMES: CompanyNames = { employees: [], numbers: [], groups: [] };

export async function loadStatistics(scope: TenantScope, tenant: Tenant, address: StatisticsAddress): Promise<StatisticsData> {
  const now = deps().clock.now();
  const { period, conditions, compare } = address;
  const company = { zone: tenant.timezone, country: tenant.country };
  const days = (wallClock(company.zone, period.to) - wallClock(company.zone, period.from)) / DAY;
  const isTooLong = days > hourly.mostDays;
  const compared = compare && isOneDay(period, company.zone) ? comparedWith(period, company.zone, now) : null;
  const namesAnyone = conditions.author ?? conditions.employee ?? conditions.number ?? conditions.group;
  const [found, names] = await Promise.all([
    isTooLong ? { answer: null, failure: null } : answered(loadHourly(scope, company, filterOf(address), compared)),
    namesAnyone ? loadNames(scope, tenant) : NO_NAMES,
  ]);
  return { address, now, hourly: found.answer, isTooLong, failure: found.failure, names };
}
