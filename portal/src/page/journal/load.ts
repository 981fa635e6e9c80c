import type { CallFilter } from '@callscope/analytics/query/filter.ts';
import type { Company } from '@callscope/analytics/query/plan.ts';
import { costsOfCalls } from '@callscope/analytics/run/call-costs.ts';
import { soundsOfCalls } from '@callscope/analytics/run/call-quality.ts';
import { LINE } from '@callscope/analytics/run/call-row.ts';
import { type CallCounts, countCalls, countCallsBy } from '@callscope/analytics/run/calls.ts';
import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import type { CallLine } from '@callscope/core/domain/call.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import type { RuledTenant } from '@callscope/modules/directory/store.ts';
import { employeeNames, getDirectory } from '@callscope/modules/directory/store.ts';
import type { Tag } from '@callscope/modules/marks/kinds.ts';
import { marksOf } from '@callscope/modules/marks/read.ts';
import { listTags } from '@callscope/modules/marks/tags.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { askedOf } from '@callscope/portal/calls/company.ts';
import { CursorError } from '@callscope/portal/calls/cursor.ts';
import { type CallPage, pageOf } from '@callscope/portal/calls/page.ts';
import { deps } from '@callscope/portal/deps.ts';
import { visibleTo } from '../directory/visible.ts';
import { channelsOf, namedProjects } from '../directory.ts';
import { type Missing, missingIn } from '../views/missing.ts';
import { DEFAULT_SIZE, filterOf, type JournalAddress, without } from './address.ts';
import { type ConditionId, conditionsIn } from './conditions.ts';
import { type JournalRow, journalRow } from './rows.ts';

/** A line of the panel: calls of the period, whatever else is asked for. */
export interface PanelLine {
  /** employee id or number; '' = calls without one */
  id: string;
  name: string;
  calls: number;
  /** whether the company records this employee; null = not said */
  record: boolean | null;
}

/** Why nothing is shown. */
export type Nothing = { kind: 'never' } | { kind: 'period' } | { kind: 'conditions'; drop: { id: ConditionId; count: number } | null };

export interface JournalData {
  address: JournalAddress;
  /** of the server, so that the first HTML and the page agree */
  now: number;
  limit: number;
  /** whoever looks may know what calls cost */
  costs?: true;
  rows: JournalRow[];
  /** number of the first row, and the places beside */
  row: number;
  older: string | null;
  newer: string | null;
  counts: CallCounts;
  /** calls of the period that the conditions leave out */
  hidden: CallCounts;
  nothing: Nothing | null;
  /** the store did not answer; the filters still work */
  failure: 'large' | 'unavailable' | null;
  employees: PanelLine[];
  numbers: PanelLine[];
  groups: { id: string; name: string }[];
  channels: string[];
  /** the channel of an own number, of those that have one */
  channelOf: Record<string, string>;
  projects: { id: string; name: string }[];
  tags: Pick<Tag, 'id' | 'name' | 'colour'>[];
  /** what the conditions name that the directory does not have */
  missing: Missing | null;
}

const NONE: CallCounts = { calls: 0, in: 0, out: 0, internal: 0, inMissed: 0 };

/** All that the journal shows. Its questions to the store are asked at once; counts that follow from each other are not asked twice. */
export async function loadJournal(
  scope: TenantScope,
  company: RuledTenant,
  address: JournalAddress,
  likedLimit: number | null,
): Promise<JournalData> {
  const { db, clock } = deps();
  const now = clock.now();
  const limit = address.limit ?? likedLimit ?? DEFAULT_SIZE;
  const [found, names, directory, projects, tags] = await Promise.all([
    findCalls(scope, company, address, limit),
    employeeNames(db, scope.tenant),
    getDirectory(db, scope, new Date(now)),
    namedProjects(scope),
    listTags(db, scope),
  ]);
  const { page, place, counts, byEmployee, byNumber, nothing, failure } = found;
  const body = visibleTo(directory?.body ?? EMPTY, scope, company);
  const ids = page.rows.map((call) => call.id);
  const [segments, marks, sounds, costs] = await Promise.all([
    segmentsOf(db, scope, ids),
    marksOf(db, scope, ids),
    soundsOfCalls(deps().store, scope, ids),
    scope.costs ? costsOfCalls(deps().store, scope, ids) : null,
  ]);
  const employees = body.employees.map(({ id, name, record }) => ({ id, name, record }));
  const numbers = body.numbers.map(({ number, label, channel }) => {
    const id = normalizePhone(number, company.country);
    return { id, name: label || channel || '', record: null };
  });
  return {
    address: { ...address, place },
    now,
    limit,
    ...(scope.costs ? { costs: true as const } : {}),
    rows: page.rows.map((call) =>
      journalRow(call, segments.get(call.id) ?? [], now, marks.get(call.id), sounds.get(call.id), costs?.get(call.id)),
    ),
    row: place?.row ?? 1,
    older: page.older,
    newer: page.newer,
    counts,
    hidden: difference(sum(byNumber), counts),
    nothing,
    failure,
    employees: panel(employees, byEmployee, (id) => ({ id, name: names.get(id) ?? id, record: null })),
    numbers: panel(numbers, byNumber, (id) => ({ id, name: '', record: null })),
    groups: body.groups.map(({ id, name }) => ({ id, name })),
    channels: channelsOf(body.numbers),
    channelOf: Object.fromEntries(
      body.numbers.flatMap(({ number, channel }) => (channel ? [[normalizePhone(number, company.country), channel]] : [])),
    ),
    projects,
    tags: tags.map(({ id, name, colour }) => ({ id, name, colour })),
    missing: await missingIn(scope, company, address.conditions, {
      ...body,
      numbers: numbers.map(({ id }) => id),
      channels: channelsOf(body.numbers),
      projects,
    }),
  };
}

interface Found {
  page: CallPage<CallLine>;
  place: JournalAddress['place'];
  counts: CallCounts;
  byEmployee: ReadonlyMap<string, CallCounts>;
  byNumber: ReadonlyMap<string, CallCounts>;
  nothing: Nothing | null;
  failure: JournalData['failure'];
}

async function findCalls(scope: TenantScope, tenant: RuledTenant, address: JournalAddress, limit: number): Promise<Found> {
  const { store } = deps();
  const filter = filterOf(address);
  const company = await askedOf(deps(), scope, tenant, filter);
  const { from, to, time, ...others } = filter;
  const period: CallFilter = { from, to, ...(time ? { time } : {}) };
  const isWhole = Object.keys(others).length === 0;
  try {
    const [{ page, place }, given, byEmployee, byNumber] = await Promise.all([
      placed(scope, filter, company, address, limit),
      isWhole ? null : countCalls(store, scope, filter, company),
      countCallsBy(store, scope, 'employee', period, company),
      countCallsBy(store, scope, 'number', period, company),
    ]);
    const counts = given ?? sum(byNumber);
    const nothing = page.rows.length > 0 ? null : await whyNothing(scope, address, company);
    return { page, place, counts, byEmployee, byNumber, nothing, failure: null };
  } catch (error) {
    const failure = error instanceof QueryTooLarge ? 'large' : error instanceof StoreUnavailable ? 'unavailable' : null;
    if (failure === null) throw error;
    const page = { rows: [], older: null, newer: null };
    return { page, place: null, counts: NONE, byEmployee: new Map(), byNumber: new Map(), nothing: null, failure };
  }
}

/** The page at a place. At the top of the list, and for a link whose place is of other days or filters, the first page. */
async function placed(
  scope: TenantScope,
  filter: CallFilter,
  company: Company,
  { place, sort }: JournalAddress,
  limit: number,
): Promise<Pick<Found, 'page' | 'place'>> {
  const { store } = deps();
  const first = async () => ({ page: await pageOf(LINE, store, scope, filter, company, { limit, sort }), place: null });
  if (place === null) return first();
  try {
    const page = await pageOf(LINE, store, scope, filter, company, { limit, sort, cursor: place.cursor, side: place.side });
    return page.newer === null ? first() : { page, place };
  } catch (error) {
    if (error instanceof CursorError) return first();
    throw error;
  }
}

/** Asked only when nothing was found: which condition alone hides most, or whether there was ever a call. */
async function whyNothing(scope: TenantScope, address: JournalAddress, company: Company): Promise<Nothing> {
  const { store } = deps();
  const conditions = conditionsIn(address.conditions);
  if (conditions.length === 0) {
    const { calls } = await countCalls(store, scope, {}, company);
    return { kind: calls === 0 ? 'never' : 'period' };
  }
  const freed = await Promise.all(
    conditions.map(async ({ id, fields }) => {
      const rest = filterOf({ ...address, conditions: without(address.conditions, fields) });
      return { id, count: (await countCalls(store, scope, rest, company)).calls };
    }),
  );
  const most = freed.reduce((a, b) => (b.count > a.count ? b : a));
  return { kind: 'conditions', drop: most.count > 0 ? most : null };
}

/** The directory's order, so that lines keep their place; then those that only calls know, and calls without one. */
function panel(
  known: Omit<PanelLine, 'calls'>[],
  counts: ReadonlyMap<string, CallCounts>,
  unknown: (id: string) => Omit<PanelLine, 'calls'>,
): PanelLine[] {
  const ids = new Set(known.map((line) => line.id));
  const others = [...counts.keys()].filter((id) => !ids.has(id)).sort((a, b) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  return [...known, ...others.map(unknown)].map((line) => ({ ...line, calls: counts.get(line.id)?.calls ?? 0 }));
}

function sum(counts: ReadonlyMap<string, CallCounts>): CallCounts {
  return [...counts.values()].reduce((total, one) => combine(total, one, 1), NONE);
}

function difference(whole: CallCounts, part: CallCounts): CallCounts {
  return combine(whole, part, -1);
}

function combine(a: CallCounts, b: CallCounts, sign: 1 | -1): CallCounts {
  return Object.fromEntries(Object.entries(a).map(([id, n]) => [id, Math.max(0, n + sign * b[id as keyof CallCounts])])) as CallCounts;
}
