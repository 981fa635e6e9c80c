import { figuresOf, type ReportAnswer } from '@callscope/analytics/query/answer.ts';
import { type CallFilter, FilterError } from '@callscope/analytics/query/filter.ts';
import { type Company, planReport } from '@callscope/analytics/query/plan.ts';
import type { Report } from '@callscope/analytics/reports/define.ts';
import { orderedMissed } from '@callscope/analytics/run/calls.ts';
import { lastCalls } from '@callscope/analytics/run/last-calls.ts';
import { countMissed } from '@callscope/analytics/run/outside-calls.ts';
import { runReport } from '@callscope/analytics/run/report.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { casesOfCalls, countCases, orderedCases } from '@callscope/modules/cases/store.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { askedOf, spanOf } from '@callscope/portal/calls/company.ts';
import { casesUnder } from '@callscope/portal/cases/under.ts';
import { deps } from '@callscope/portal/deps.ts';
import { type Compared, comparedBy } from '../comparison.ts';
import { visibleTo } from '../directory/visible.ts';
import { namedProjects, namesIn } from '../directory.ts';
import { answered, type Failure } from '../failure.ts';
import { filterOf } from '../journal/address.ts';
import type { CompanyNames } from '../names.ts';
import { type Part, partOf } from '../part.ts';
import type { Block } from '../statistics/load.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import { accountsIn } from './accounts.ts';
import { type DetailsAddress, ROWS_OF_PAGE, reportShown } from './address.ts';
import { type LostRow, lostRow, type MissedRow, missedRow, OPEN_CASES } from './lists.ts';
import type { CASE_ORDERS, MISSED_ORDERS } from './orders.ts';

/** A report with what its rows have besides. */
export interface ReportDetails {
  kind: 'report';
  block: Block;
  /** µs since the epoch, by key */
  last: Record<string, number>;
}
export interface MissedDetails {
  kind: 'missed';
  rows: MissedRow[];
  /** of all pages: calls, and different callers */
  calls: number;
  callers: number;
  page: number;
}
export interface LostDetails {
  kind: 'lost';
  rows: LostRow[];
  cases: number;
  page: number;
}
export interface DetailsData {
  address: DetailsAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  compared: Compared | null;
  /** null: no answer */
  found: ReportDetails | MissedDetails | LostDetails | null;
  failure: Failure | null;
  /** most days that the report takes, where the period has more */
  most: number | null;
  /** employee's id by what their phones call with */
  accounts: Record<string, string>;
  names: CompanyNames;
  missing: Missing | null;
  /** null: whoever asks sees the whole company */
  part: Part | null;
}

/** What the page shows. */
export async function loadDetails(scope: TenantScope, tenant: RuledTenant, address: DetailsAddress): Promise<DetailsData> {
  const { db, clock } = deps();
  const now = clock.now();
  const { period, conditions, show } = address;
  const compared = comparedBy(address.compare, period, tenant.timezone, now);
  const [company, directory, projects] = await Promise.all([
    askedOf(deps(), scope, tenant, { ...conditions, ...spanOf(period, compared) }),
    getDirectory(db, scope, new Date(now)),
    namedProjects(scope),
  ]);
  const body = visibleTo(directory?.body ?? EMPTY, scope, tenant);
  const names = namesIn(body, tenant, projects);
  const report = reportShown(show);
  const base = { address, now, compared, names, accounts: accountsIn(body, tenant.country), part: partOf(scope) };
  const missing = await missingIn(scope, tenant, conditions, { ...names, numbers: names.numbers.map((n) => n.number) });
  try {
    const { answer, failure } = await answered<NonNullable<DetailsData['found']>>(
      report
        ? loadReport(scope, company, report, address, compared, names)
        : show === 'missed'
          ? loadCalls(scope, company, address)
          : loadCases(scope, company, address),
    );
    return { ...base, missing, found: answer, failure, most: null };
  } catch (cause) {
    if (cause instanceof FilterError && report?.mostDays) return { ...base, missing, found: null, failure: null, most: report.mostDays };
    throw cause;
  }
}

async function loadReport(
  scope: TenantScope,
  company: Company,
  report: Report,
  address: DetailsAddress,
  compared: Compared | null,
  names: CompanyNames,
): Promise<ReportDetails> {
  const { store } = deps();
  const filter = filterOf(address);
  const ask = (of: CallFilter) => runReport(store, scope, planReport(report, of, company));
  const [answer, before, last] = await Promise.all([
    ask(filter),
    compared && ask({ ...filter, from: compared.from, to: compared.until }),
    lastCalls(store, scope, planReport(report, filter, company)),
  ]);
  const isWhole = address.show === 'in' && Object.keys(address.conditions).length === 0;
  const rows = isWhole ? withSilent(report, answer, names) : answer;
  return { kind: 'report', block: { id: report.id, answer: rows, before, course: null }, last: Object.fromEntries(last) };
}

/** Own numbers that nobody called stand among the others: that a line is silent is worth knowing (S-41: a row for every number). */
export function withSilent(report: Report, answer: ReportAnswer, { numbers }: CompanyNames): ReportAnswer {
  const called = new Set(answer.rows.map(({ key }) => key));
  const silent = numbers.filter(({ number }) => !called.has(number));
  return { ...answer, rows: [...answer.rows, ...silent.map(({ number }) => ({ key: number, figures: figuresOf(report.measures, []) }))] };
}

async function loadCalls(scope: TenantScope, company: Company, address: DetailsAddress): Promise<MissedDetails> {
  const { db, store, clock } = deps();
  const filter = found(address);
  const by = address.sort.by as (typeof MISSED_ORDERS)[number];
  const counting = countMissed(store, scope, filter, company);
  const page = await pageThere(address, async () => (await counting).inMissed);
  const [calls, { inMissed, uniqueCallers }] = await Promise.all([
    orderedMissed(store, scope, filter, company, { by, down: address.sort.down, ...rowsOf(page) }),
    counting,
  ]);
  const ids = calls.map(({ id }) => id);
  const cases = await casesOfCalls(db, scope, ids, new Date(clock.now()));
  return { kind: 'missed', rows: calls.map((call) => missedRow(call, cases.get(call.id))), calls: inMissed, callers: uniqueCallers, page };
}

async function loadCases(scope: TenantScope, company: Company, address: DetailsAddress): Promise<LostDetails> {
  const { db, store, clock } = deps();
  const now = new Date(clock.now());
  const under = await casesUnder(store, scope, found(address), company);
  if (under === null) return { kind: 'lost', rows: [], cases: 0, page: 1 };
  const open = { ...under, status: OPEN_CASES };
  const by = address.sort.by as (typeof CASE_ORDERS)[number];
  const counting = countCases(db, scope, under, now);
  const page = await pageThere(address, async () => (await counting).remaining);
  const [cases, { remaining }] = await Promise.all([
    orderedCases(db, scope, open, { by, down: address.sort.down, ...rowsOf(page) }, now),
    counting,
  ]);
  return { kind: 'lost', rows: cases.map(lostRow), cases: remaining, page };
}

const rowsOf = (page: number) => ({ limit: ROWS_OF_PAGE, offset: (page - 1) * ROWS_OF_PAGE });

/** The page that is asked for, or the last one: there may be fewer rows than when the address was written. */
async function pageThere({ page }: DetailsAddress, count: () => Promise<number>): Promise<number> {
  return page === 1 ? 1 : Math.min(page, Math.max(1, Math.ceil((await count()) / ROWS_OF_PAGE)));
}

/** The calls of a list: what is looked for in it is a condition like the others. */
export function found(address: DetailsAddress): CallFilter {
  const filter = filterOf(address);
  return address.find === '' ? filter : { ...filter, text: address.find };
}
