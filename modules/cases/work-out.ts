import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Insertable, type Kysely, sql, type Transaction } from 'kysely';
import { settingsVersions } from '../directory/settings.ts';
import type { PostgresSchema } from '../schema.ts';
import { type CaseCall, type CaseOfCalls, casesOf, decidedAt, partyOf } from './rules.ts';
import { dueAt, termsAt } from './rules-due.ts';
import { takeTurn } from './terms.ts';

/** What may have changed in a company's calls. */
export interface Changed {
  /** by outside number */
  numbers: Map<string, ChangedNumber>;
  /** calls with a hidden number, each by itself: id -> start, µs */
  hidden: Map<string, number>;
}
export interface ChangedNumber {
  /** earliest start of a changed call, µs */
  since: number;
  /** one of them was missed: it may open a case where there is none */
  missed: boolean;
}

/** Calls as the store has them by now, in any order; those that began at or after `since`, µs. */
export interface CallReader {
  ofNumbers(numbers: readonly string[], since: number): Promise<CaseCall[]>;
  byIds(ids: readonly string[], since: number): Promise<CaseCall[]>;
}

/** So long a call may last before it is decided what it is (a dialog's time limit), µs. */
const LONGEST_UNDECIDED = 4 * 3_600_000_000;
/** Numbers whose cases reach back further are asked for apart, so that they alone are slow; µs. */
const RECENT = 2 * 86_400_000_000;
/** Calls older than this are not read any more: a case that is open for longer is closed by hand; µs. */
export const HORIZON = 366 * 86_400_000_000;

type Stored = Pick<PostgresSchema['cases'], 'id' | 'number' | 'waiting_from' | 'closed_at'>;

/**
 * Works the cases of these numbers out of their calls again, from the last moment on at which none was open: whatever order
 * calls become known in, and however often, the cases are the same. One at a time for a company.
 * @param now ms
 * @returns how many cases were written or taken away
 */
export function workOut(db: Kysely<PostgresSchema>, scope: TenantScope, changed: Changed, calls: CallReader, now: number): Promise<number> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    await takeTurn(trx, tenant);
    // calls may be there before their company is
    const known = await trx.selectFrom('tenants').select('id').where('id', '=', tenant).executeTakeFirst();
    if (!known) return 0;
    const numbers = await ofNumbers(trx, changed.numbers, calls, now * 1_000);
    const hidden = await ofHidden(changed.hidden, calls);
    const versions = await settingsVersions(trx, tenant);
    const due = ({ waitingFrom, closedAt }: CaseOfCalls) =>
      dueAt(Math.floor(waitingFrom / 1_000), termsAt(versions, closedAt > 0 ? closedAt / 1_000 : now));
    return replace(trx, tenant, [...numbers.stale, ...hidden.stale], [...numbers.fresh, ...hidden.fresh], numbers.settled, due);
  });
}

/** What is to be put in the place of what. */
interface Replacement {
  /** ids of stored cases */
  stale: string[];
  fresh: CaseOfCalls[];
  /** numbers of which nothing else is open: whoever had one of them in hand has it no more */
  settled: string[];
}

async function ofNumbers(
  trx: Transaction<PostgresSchema>,
  changed: Changed['numbers'],
  calls: CallReader,
  nowUs: number,
): Promise<Replacement> {
  const stored = await storedCases(trx, [...changed.keys()]);
  const work = [...changed].flatMap(([number, { since, missed }]) => {
    const touched = touchedBy(Math.max(since, nowUs - HORIZON), stored.get(number) ?? [], nowUs);
    // a call that was not missed changes only cases that are there
    return missed || touched.stale.length > 0 ? [{ number, ...touched }] : [];
  });
  const isRecent = ({ since }: { since: number }) => since > nowUs - RECENT;
  const read = await Promise.all([work.filter(isRecent), work.filter((w) => !isRecent(w))].map((part) => callsOf(part, calls)));
  const byNumber = new Map(read.flatMap((part) => [...part]));
  const fresh = work.flatMap(({ number, since }) =>
    casesOf(
      number,
      (byNumber.get(number) ?? []).filter((call) => decidedAt(call) >= since),
    ),
  );
  return { stale: work.flatMap((w) => w.stale), fresh, settled: work.map((w) => w.number) };
}

/** Every hidden call is a case by itself. */
async function ofHidden(hidden: Changed['hidden'], calls: CallReader): Promise<Pick<Replacement, 'stale' | 'fresh'>> {
  if (hidden.size === 0) return { stale: [], fresh: [] };
  const ids = [...hidden.keys()];
  const found = await calls.byIds(ids, Math.min(...hidden.values()));
  const isCase = (call: CaseCall) => call.answeredAt === 0 && partyOf(call) === '';
  return { stale: ids.map(keyOf), fresh: casesOf('', found.filter(isCase)) };
}

/** Cases by number, the latest first. */
async function storedCases(trx: Transaction<PostgresSchema>, numbers: readonly string[]): Promise<Map<string, Stored[]>> {
  const rows = await trx
    .selectFrom('cases')
    .select(['id', 'number', 'waiting_from', 'closed_at'])
    .where(sql<boolean>`number = any(${numbers})`)
    .orderBy('waiting_from', 'desc')
    .execute();
  const byNumber = new Map<string, Stored[]>();
  for (const row of rows) {
    const list = byNumber.get(row.number) ?? [];
    list.push(row);
    byNumber.set(row.number, list);
  }
  return byNumber;
}

/**
 * The cases that a change at `since` may touch, and the moment from which they must be worked out again: cases of a number
 * do not overlap in time, so those that were closed before stay as they are.
 */
function touchedBy(since: number, latestFirst: readonly Stored[], nowUs: number): { since: number; stale: string[] } {
  // the store of cases knows milliseconds
  let from = Math.floor(since / 1_000);
  const stale: string[] = [];
  for (const { id, waiting_from, closed_at } of latestFirst) {
    if (closed_at !== null && closed_at.getTime() < from) break;
    if (waiting_from.getTime() * 1_000 < nowUs - HORIZON) break;
    from = Math.min(from, waiting_from.getTime());
    stale.push(id);
  }
  return { since: from * 1_000, stale };
}

async function callsOf(work: readonly { number: string; since: number }[], calls: CallReader): Promise<Map<string, CaseCall[]>> {
  const byNumber = new Map<string, CaseCall[]>();
  if (work.length === 0) return byNumber;
  const since = Math.min(...work.map((w) => w.since)) - LONGEST_UNDECIDED;
  for (const call of await calls.ofNumbers(
    work.map((w) => w.number),
    since,
  )) {
    const number = call.direction === 'in' ? call.from : call.dialled;
    const list = byNumber.get(number) ?? [];
    list.push(call);
    byNumber.set(number, list);
  }
  return byNumber;
}

/** A statement has at most 65,535 values, and callers who call every day have many cases. */
const ROWS_AT_ONCE = 1_000;

async function replace(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  stale: readonly string[],
  fresh: readonly CaseOfCalls[],
  settled: readonly string[],
  due: (c: CaseOfCalls) => number,
): Promise<number> {
  const open = new Set(fresh.filter((c) => c.outcome === 'open').map((c) => c.number));
  const closed = settled.filter((number) => !open.has(number));
  if (closed.length > 0) await trx.deleteFrom('case_claims').where(sql<boolean>`number = any(${closed})`).execute();
  // all of them first: a case that goes on under the id of an earlier call leaves its own
  const { numDeletedRows } = await trx.deleteFrom('cases').where(sql<boolean>`id = any(${stale})`).executeTakeFirst();
  for (let i = 0; i < fresh.length; i += ROWS_AT_ONCE) {
    const rows = fresh.slice(i, i + ROWS_AT_ONCE).map((c) => rowOf(tenant, c, due));
    await trx.insertInto('cases').values(rows).execute();
  }
  return Number(numDeletedRows) + fresh.length;
}

/** What PostgreSQL takes as a key: a Call-ID is whatever a packet said. */
export const keyOf = (callId: string): string => callId.slice(0, 600).replaceAll('\0', '\ufffd');
const when = (us: number) => new Date(Math.floor(us / 1_000));
const orNull = (us: number) => (us === 0 ? null : when(us));

function rowOf(tenant: string, c: CaseOfCalls, due: (c: CaseOfCalls) => number): Insertable<PostgresSchema['cases']> {
  return {
    tenant,
    id: keyOf(c.id),
    number: c.number,
    own_number: keyOf(c.ownNumber),
    opened_at: when(c.openedAt),
    waiting_from: when(c.waitingFrom),
    last_missed_at: when(c.lastMissedAt),
    missed_calls: c.missedCalls.map(keyOf),
    own_numbers: c.ownNumbers.map(keyOf),
    groups: c.groups,
    offered: c.offered,
    attempts: c.attempts,
    attempted_by: c.attemptedBy,
    first_attempt_at: orNull(c.firstAttemptAt),
    last_attempt_at: orNull(c.lastAttemptAt),
    outcome: c.outcome,
    closed_at: orNull(c.closedAt),
    closed_call: keyOf(c.closedCall),
    closed_by: c.closedBy,
    due_at: c.number === '' ? null : new Date(due(c)),
  };
}

/** Numbers with cases that opened at or after a moment: what a rebuild looks at besides the calls. @param since ms */
export function numbersWithCases(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  since: number,
): Promise<{ number: string; id: string; openedAt: number }[]> {
  return asTenant(db, scope.tenant, async (trx) => {
    const rows = await trx
      .selectFrom('cases')
      .select(['number', 'id', 'opened_at'])
      .where('tenant', '=', scope.tenant)
      .where('opened_at', '>=', new Date(since))
      .execute();
    return rows.map((r) => ({ number: r.number, id: r.id, openedAt: r.opened_at.getTime() }));
  });
}

/** Up to where CALLS is worked in; null: never. */
export function progressOf(db: Kysely<PostgresSchema>): Promise<{ stream: string; seq: number } | null> {
  return asOperator(db, async (trx) => {
    const row = await trx.selectFrom('case_progress').select(['stream', 'seq']).executeTakeFirst();
    return row ? { stream: row.stream, seq: Number(row.seq) } : null;
  });
}

export async function saveProgress(db: Kysely<PostgresSchema>, stream: string, seq: number): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .insertInto('case_progress')
      .values({ stream, seq })
      .onConflict((c) => c.column('one').doUpdateSet({ stream, seq }))
      .execute(),
  );
}
