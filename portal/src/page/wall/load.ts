import type { Figures } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { serviceLevel } from '@callscope/analytics/reports/service.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { shownPart, type Thresholds } from '@callscope/modules/boards/rules.ts';
import type { Board } from '@callscope/modules/boards/store.ts';
import { type CaseFilter, countCases, listCases } from '@callscope/modules/cases/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { version } from '$app/env';
import { companyOf } from '../company.ts';
import { currentDirectory } from '../directory/load.ts';
import { namesIn } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { type HourlyData, loadHourly } from '../hourly-load.ts';
import type { CompanyNames } from '../names.ts';
import { presetPeriod } from '../period.ts';
import type { Followed } from './followed.ts';
import { phonesOf } from './phones.ts';

/** Callers of today whom nobody has reached, by how long ago they called first. */
export interface Uncalled {
  /** within a quarter of an hour · within an hour · longer */
  byAge: [number, number, number];
  overdue: number;
  /** those that wait longest, the first of them first; caller: as much of the number as the board may show */
  oldest: { caller: string; line: string; openedAt: number }[];
}

/** Everything on the board but calls in progress, which its stream tells. */
export interface BoardData {
  /** of the server's program: another one has other pages */
  version: string;
  board: { name: string; theme: Board['theme']; thresholds: Thresholds };
  company: { name: string; timezone: string; country: string; rules: FigureRules };
  /** ids of groups; none: the whole company */
  groups: string[];
  /** what `names` are of; null: nothing changed since those that were asked with */
  directory: string;
  names: CompanyNames | null;
  /** of the server */
  now: number;
  filter: CallFilter;
  /** of today; null: the store does not answer */
  figures: Figures | null;
  hourly: HourlyData | null;
  uncalled: Uncalled | null;
  failure: Failure | null;
}

const MOST_CALLERS = 7;
const MINUTE_MS = 60_000;
/** Where an age of a caller who waits begins to be another one, minutes. */
const AGES = [15, 60] as const;

/** @param known what the screen has of the directory; it does not get the same names again */
export async function loadBoard({ board, scope }: Followed, known: string | null = null): Promise<BoardData> {
  const { store, clock } = deps();
  const now = clock.now();
  const tenant = await companyOf(scope);
  const { body, version: of } = await currentDirectory(scope, tenant);
  const company = { zone: tenant.timezone, country: tenant.country, rules: tenant.rules };
  const { from, to } = presetPeriod('today', company.zone, now);
  // a missed call is of no group: whose it is says its reach, by whom it rang
  const filter: CallFilter = { from, to };
  const [found, uncalled] = await Promise.all([
    answered(
      Promise.all([
        runReport(store, scope, planReport(summary, filter, company)),
        runReport(store, scope, planReport(serviceLevel, filter, company)),
        loadHourly(scope, company, filter, null),
      ]),
    ),
    loadUncalled({ board, scope }, { body, tenant }, from, now),
  ]);
  const [figures, service, hourly] = found.answer ?? [null, null, null];
  const directory = [of, ...board.groups].join(' ');
  const { name, theme, thresholds } = board;
  return {
    ...{ version, now, filter, hourly, uncalled, directory, groups: board.groups, failure: found.failure },
    board: { name, theme, thresholds },
    company: { name: tenant.name, timezone: tenant.timezone, country: tenant.country, rules: tenant.rules },
    names: directory === known ? null : namesIn(body, tenant),
    figures: figures && { ...figures.totals, ...service?.totals },
  };
}

async function loadUncalled(
  { board, scope }: Followed,
  { body, tenant }: { body: DirectoryBody; tenant: Tenant },
  from: number,
  at: number,
): Promise<Uncalled> {
  const { db } = deps();
  const now = new Date(at);
  const waiting: CaseFilter = { from, status: ['open', 'working'] };
  const olderThan = (minutes: number) => countCases(db, scope, { ...waiting, to: Math.max(from, at - minutes * MINUTE_MS) }, now);
  const [all, quarter, hour, oldest] = await Promise.all([
    countCases(db, scope, waiting, now),
    olderThan(AGES[0]),
    olderThan(AGES[1]),
    listCases(db, scope, waiting, { limit: MOST_CALLERS, order: 'oldest' }, now),
  ]);
  const lines = new Map(namesIn(body, tenant).numbers.map((n) => [n.number, n.name]));
  return {
    byAge: [all.cases - quarter.cases, quarter.cases - hour.cases, hour.cases],
    overdue: all.overdue,
    oldest: oldest.map(({ number, ownNumber, openedAt }) => ({
      caller: shownPart(number, board.numbers),
      line: lines.get(ownNumber) ?? '',
      openedAt: openedAt.getTime(),
    })),
  };
}

/** What the board's stream calls the phones within its reach, by their addresses of record. */
export async function boardPhones(scope: TenantScope): Promise<Map<string, string>> {
  const tenant = await companyOf(scope);
  return phonesOf((await currentDirectory(scope, tenant)).body, tenant.domain);
}
