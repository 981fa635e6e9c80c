import type { Within } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Outcome } from './rules.ts';

/** What people say of an open case. */
export const HANDLINGS = ['open', 'working', 'dismissed'] as const;
export type Handling = (typeof HANDLINGS)[number];
/** How a case stands: what people say while it is open, then what calls say. */
export const CASE_STATUSES = [...HANDLINGS, 'calledBack', 'gotThrough'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

export interface Case {
  /** id of its first missed call */
  id: string;
  /** outside number, '' = hidden */
  number: string;
  ownNumber: string;
  status: CaseStatus;
  outcome: Outcome;
  overdue: boolean;
  /** null: nobody can be called back */
  dueAt: Date | null;
  /** start of the first missed call */
  openedAt: Date;
  /** its end */
  waitingFrom: Date;
  lastMissedAt: Date;
  missedCalls: string[];
  /** employees whom it rang */
  offered: string[];
  attempts: number;
  attemptedBy: string[];
  firstAttemptAt: Date | null;
  lastAttemptAt: Date | null;
  closedAt: Date | null;
  closedCall: string;
  closedBy: string;
  /** employee, '' = nobody's */
  owner: string;
  comment: string;
  /** who said so last, and when; null: nobody has said anything */
  changedBy: string | null;
  changedAt: Date | null;
  /** who has it in hand right now */
  claim: { holder: string; expiresAt: Date } | null;
}

/** Which cases; all given fields must hold. */
export interface CaseFilter {
  /** start of the first missed call, ms: [from, to) */
  from?: number | undefined;
  to?: number | undefined;
  status?: readonly CaseStatus[] | undefined;
  overdue?: boolean | undefined;
  /** employees, '' = nobody's */
  owner?: readonly string[] | undefined;
  /** outside numbers as calls have them */
  caller?: readonly string[] | undefined;
  /** own numbers */
  number?: readonly string[] | undefined;
  /** cases that one of these calls opened */
  ids?: readonly string[] | undefined;
}

export interface CaseTotals {
  cases: number;
  calledBack: number;
  gotThrough: number;
  /** neither: open, whatever people say of it */
  remaining: number;
  /** parts of remaining */
  overdue: number;
  dismissed: number;
  /** missed calls of all of them */
  missedCalls: number;
}

/** One employee's part in cases; several may have a part in one, so rows do not add up to totals. */
export interface CasesOfEmployee {
  /** '' = cases that rang nobody and are nobody's */
  employee: string;
  /** cases that rang them, or that they own */
  concerned: number;
  /** of any, which they tried to call back, and which they reached */
  tried: number;
  calledBack: number;
  /** of those that concern them: nobody has reached the caller */
  remaining: number;
}

export interface CasePlace {
  limit: number;
  order: 'oldest' | 'newest';
  /** the case that the page begins after */
  after?: { openedAt: number; id: string } | undefined;
}

const STATUS = sql<CaseStatus>`case when c.outcome = 'open' then coalesce(n.status, 'open') else c.outcome end`;
const overdueAt = (now: Date) =>
  sql<boolean>`(c.outcome = 'open' and coalesce(c.due_at <= ${now}, false) and coalesce(n.status, 'open') <> 'dismissed')`;
/** What was said last of any of its missed calls. */
const SAID = sql`left join lateral (
  select owner, status, comment, changed_by, changed_at from case_notes where tenant = c.tenant and call_id = any(c.missed_calls)
  order by changed_at desc limit 1) n on true`;
const HELD = (now: Date) =>
  sql`left join case_claims k on k.tenant = c.tenant and k.number = c.number and c.outcome = 'open' and c.number <> '' and k.expires_at > ${now}`;

/** A page of cases, by the start of their first missed call. @param now for what is overdue and held */
export function listCases(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  filter: CaseFilter,
  { limit, order, after }: CasePlace,
  now: Date,
): Promise<Case[]> {
  const direction = order === 'oldest' ? sql`asc` : sql`desc`;
  const beyond = after ? [sql`(c.opened_at, c.id) ${order === 'oldest' ? sql`>` : sql`<`} (${new Date(after.openedAt)}, ${after.id})`] : [];
  return asTenant(db, scope.tenant, (trx) =>
    select(
      trx,
      scope,
      now,
      [...conditions(filter, now), ...beyond],
      sql`order by c.opened_at ${direction}, c.id ${direction} limit ${limit}`,
    ),
  );
}

/** What a list of cases can be put in the order of. */
const ORDERED_BY = {
  at: sql`c.opened_at`,
  from: sql`c.number`,
  number: sql`c.own_number`,
  times: sql`cardinality(c.missed_calls)`,
  last: sql`c.last_missed_at`,
  attempts: sql`c.attempts`,
  owner: sql`coalesce(n.owner, '')`,
} as const;
export type CaseOrder = keyof typeof ORDERED_BY;

/** A part of the cases in any order; those that are alike in it, newest first. */
export function orderedCases(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  filter: CaseFilter,
  { by, down, limit, offset }: { by: CaseOrder; down: boolean; limit: number; offset: number },
  now: Date,
): Promise<Case[]> {
  const order = sql`order by ${ORDERED_BY[by]} ${down ? sql`desc` : sql`asc`}, c.opened_at desc, c.id desc limit ${limit} offset ${offset}`;
  return asTenant(db, scope.tenant, (trx) => select(trx, scope, now, conditions(filter, now), order));
}

/** The cases that these missed calls belong to, by the calls' ids; a call that none is worked out of yet has none. */
export async function casesOfCalls(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, Case>> {
  if (ids.length === 0) return new Map();
  const found = await asTenant(db, scope.tenant, (trx) => select(trx, scope, now, [sql`c.missed_calls && ${ids}::text[]`], sql``));
  return new Map(found.flatMap((one) => one.missedCalls.map((id) => [id, one] as const)));
}

/** The case that a missed call belongs to; null when there is none. */
export function findCase(db: Kysely<PostgresSchema>, scope: TenantScope, callId: string, now: Date): Promise<Case | null> {
  return asTenant(db, scope.tenant, (trx) => find(trx, scope, callId, now));
}

export function countCases(db: Kysely<PostgresSchema>, scope: TenantScope, filter: CaseFilter, now: Date): Promise<CaseTotals> {
  return asTenant(db, scope.tenant, async (trx) => {
    const { rows } = await sql<Record<keyof CaseTotals, string>>`
      select count(*) as cases, count(*) filter (where c.outcome = 'calledBack') as "calledBack",
        count(*) filter (where c.outcome = 'gotThrough') as "gotThrough", count(*) filter (where c.outcome = 'open') as remaining,
        count(*) filter (where ${overdueAt(now)}) as overdue,
        count(*) filter (where c.outcome = 'open' and n.status = 'dismissed') as dismissed,
        coalesce(sum(cardinality(c.missed_calls)), 0) as "missedCalls"
      from cases c ${SAID} where ${all(scope, conditions(filter, now))}`.execute(trx);
    return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, text]) => [name, Number(text)])) as unknown as CaseTotals;
  });
}

/** How many cases there are by the own number that their first missed call came to. */
export function casesByNumber(db: Kysely<PostgresSchema>, scope: TenantScope, filter: CaseFilter, now: Date): Promise<Map<string, number>> {
  return asTenant(db, scope.tenant, async (trx) => {
    const { rows } = await sql<{ number: string; cases: string }>`
      select c.own_number as number, count(*) as cases from cases c ${SAID} where ${all(scope, conditions(filter, now))}
      group by c.own_number`.execute(trx);
    return new Map(rows.map(({ number, cases }) => [number, Number(cases)]));
  });
}

/** Who called back, and who did not (S-47); those with most left first. */
export function casesByEmployee(db: Kysely<PostgresSchema>, scope: TenantScope, filter: CaseFilter, now: Date): Promise<CasesOfEmployee[]> {
  return asTenant(db, scope.tenant, async (trx) => {
    const { rows } = await sql<Record<keyof CasesOfEmployee, string>>`
      select e.employee, count(*) filter (where e.concerned) as concerned, count(*) filter (where e.employee = any(c.attempted_by)) as tried,
        count(*) filter (where c.outcome = 'calledBack' and c.closed_by = e.employee) as "calledBack",
        count(*) filter (where e.concerned and c.outcome = 'open') as remaining
      from cases c ${SAID}
      cross join lateral (
        select employee, bool_or(concerned) as concerned from (
          select unnest(c.offered), true union all select coalesce(n.owner, ''), true where coalesce(n.owner, '') <> ''
          union all select unnest(c.attempted_by), false
          union all select '', true where c.offered = '{}' and coalesce(n.owner, '') = ''
        ) as parts (employee, concerned) group by employee
      ) e
      where ${all(scope, conditions(filter, now))}
      group by e.employee order by remaining desc, concerned desc, e.employee`.execute(trx);
    return rows.map((r) => ({
      employee: r.employee,
      concerned: Number(r.concerned),
      tried: Number(r.tried),
      calledBack: Number(r.calledBack),
      remaining: Number(r.remaining),
    }));
  });
}

export interface CaseChange {
  owner?: string | undefined;
  comment?: string | undefined;
  status?: Handling | undefined;
}

/** What a person says of a case; what is not given stays. @param who their name @returns null: there is no such case */
export function changeCase(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  callId: string,
  change: CaseChange,
  who: string,
  now: Date,
): Promise<Case | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const found = await find(trx, scope, callId, now);
    if (!found) return null;
    const { rows } = await sql<{ status: Handling }>`
      select status from case_notes where call_id = any(${found.missedCalls}) order by changed_at desc limit 1`.execute(trx);
    const said = {
      owner: change.owner ?? found.owner,
      comment: change.comment ?? found.comment,
      status: change.status ?? rows[0]?.status ?? 'open',
      changed_by: who,
      changed_at: now,
    };
    await trx
      .insertInto('case_notes')
      .values({ tenant: scope.tenant, call_id: found.id, ...said })
      .onConflict((c) => c.columns(['tenant', 'call_id']).doUpdateSet(said))
      .execute();
    return find(trx, scope, callId, now);
  });
}

/**
 * The case as whoever asks may see it: employees within reach see those that rang them, that they tried or own; whoever has groups
 * or own numbers, those whose missed calls came there.
 */
function all({ tenant, within }: TenantScope, given: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  // '' is what cases without an employee carry
  const named = (kind: keyof Within) => sql`${(within?.[kind] ?? []).filter((id) => id !== '')}::text[]`;
  const reached = sql`(${named('employees')} && (c.offered || c.attempted_by || array[c.closed_by, coalesce(n.owner, '')])
    or ${named('groups')} && c.groups or ${named('numbers')} && c.own_numbers)`;
  return sql.join([sql`c.tenant = ${tenant}`, ...(within === undefined ? [] : [reached]), ...given], sql` and `);
}

/** Only open cases can be meant. */
function isOfOpen({ status, overdue }: CaseFilter): boolean {
  return overdue === true || (status?.every((word) => (HANDLINGS as readonly CaseStatus[]).includes(word)) ?? false);
}

function conditions(filter: CaseFilter, now: Date): RawBuilder<unknown>[] {
  const { from, to, status, overdue, owner, caller, number, ids } = filter;
  return [
    // in the words of their index: the menu counts them for every page
    ...(isOfOpen(filter) ? [sql`c.outcome = 'open'`] : []),
    ...(from === undefined ? [] : [sql`c.opened_at >= ${new Date(from)}`]),
    ...(to === undefined ? [] : [sql`c.opened_at < ${new Date(to)}`]),
    ...(status === undefined ? [] : [sql`${STATUS} = any(${status})`]),
    ...(overdue === undefined ? [] : [overdue ? overdueAt(now) : sql`not ${overdueAt(now)}`]),
    ...(owner === undefined ? [] : [sql`coalesce(n.owner, '') = any(${owner})`]),
    ...(caller === undefined ? [] : [sql`c.number = any(${caller})`]),
    ...(number === undefined ? [] : [sql`c.own_number = any(${number})`]),
    ...(ids === undefined ? [] : [sql`c.id = any(${ids})`]),
  ];
}

async function find(trx: Transaction<PostgresSchema>, scope: TenantScope, callId: string, now: Date): Promise<Case | null> {
  const found = await select(trx, scope, now, [sql`c.missed_calls @> array[${callId}]::text[]`], sql`limit 1`);
  return found[0] ?? null;
}

async function select(
  trx: Transaction<PostgresSchema>,
  scope: TenantScope,
  now: Date,
  given: readonly RawBuilder<unknown>[],
  end: RawBuilder<unknown>,
): Promise<Case[]> {
  const { rows } = await sql<Omit<Case, 'claim'> & { holder: string | null; expiresAt: Date | null }>`
    select c.id, c.number, c.own_number as "ownNumber", ${STATUS} as status, c.outcome, ${overdueAt(now)} as overdue, c.due_at as "dueAt",
      c.opened_at as "openedAt", c.waiting_from as "waitingFrom", c.last_missed_at as "lastMissedAt", c.missed_calls as "missedCalls",
      c.offered, c.attempts, c.attempted_by as "attemptedBy", c.first_attempt_at as "firstAttemptAt", c.last_attempt_at as "lastAttemptAt",
      c.closed_at as "closedAt", c.closed_call as "closedCall", c.closed_by as "closedBy", coalesce(n.owner, '') as owner,
      coalesce(n.comment, '') as comment, n.changed_by as "changedBy", n.changed_at as "changedAt", k.holder, k.expires_at as "expiresAt"
    from cases c ${SAID} ${HELD(now)} where ${all(scope, given)} ${end}`.execute(trx);
  return rows.map(({ holder, expiresAt, ...rest }) => ({
    ...rest,
    claim: holder !== null && expiresAt !== null ? { holder, expiresAt } : null,
  }));
}
