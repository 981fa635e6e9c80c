import { createHash } from 'node:crypto';
import type { Figures } from '@callscope/analytics/query/answer.ts';
import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import { planReport } from '@callscope/analytics/query/plan.ts';
import { serviceLevel } from '@callscope/analytics/reports/service.ts';
import { summary } from '@callscope/analytics/reports/summary.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import { reaches } from '@callscope/core/domain/reach.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { MOST_SCREENS, shownPart, type Thresholds } from '@callscope/modules/boards/rules.ts';
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
import { phonesOf } from './phones.ts';

/** What a wall shows: a board that somebody made, or the screen of whoever signed in, which has neither id nor name. */
export interface Shown {
  board: Pick<Board, 'groups' | 'numbers' | 'theme' | 'thresholds'> & { id: string | null; name: string | null };
  scope: TenantScope;
  /** of the reader, where the screen shows a part of it: what its numbers are called follows it */
  whole?: TenantScope;
}

/** Callers of today whom nobody has reached, by how long ago they called first. */
export interface Uncalled {
  /** within a quarter of an hour · within an hour · longer */
  byAge: [number, number, number];
  overdue: number;
  /** those that wait longest, the first of them first; caller: as much of the number as the board may show */
  oldest: { caller: string; line: string; openedAt: number }[];
}

/** Everything on the wall but calls in progress, which its stream tells. */
export interface WallData {
  /** of the server's program: another one has other pages */
  version: string;
  board: { name: string | null; theme: Board['theme']; thresholds: Thresholds };
  /** it is on as many screens as it may be */
  isCrowded: boolean;
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
export async function loadWall({ board, scope, whole = scope }: Shown, known: string | null = null): Promise<WallData> {
  const { store, clock, live } = deps();
  const now = clock.now();
  const tenant = await companyOf(scope);
  const { body: all, version: of } = await currentDirectory(whole, tenant);
  const body = { ...all, employees: all.employees.filter((e) => reaches(scope.within, 'employees', e.id)) };
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
  // however many groups and people: it comes back in an address
  const directory = createHash('sha256')
    .update(JSON.stringify([of, board.groups, scope.within ?? null]))
    .digest('base64url');
  const { name, theme, thresholds } = board;
  return {
    ...{ version, now, filter, hourly, uncalled, directory, groups: board.groups, failure: found.failure },
    board: { name, theme, thresholds },
    isCrowded: board.id !== null && live.screens(scope, board.id) >= MOST_SCREENS,
    company: { name: tenant.name, timezone: tenant.timezone, country: tenant.country, rules: tenant.rules },
    names: directory === known ? null : namesIn(body, tenant),
    figures: figures && { ...figures.totals, ...service?.totals },
  };
}

async function loadUncalled(
  { board, scope }: Shown,
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

/** What the wall's stream calls the phones within its reach, by their addresses of record. */
export async function boardPhones(scope: TenantScope): Promise<Map<string, string>> {
  const tenant = await companyOf(scope);
  return phonesOf((await currentDirectory(scope, tenant)).body, tenant.domain);
}
