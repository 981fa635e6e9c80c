import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { noteEvent, showWhole } from './make.ts';
import type { ReviewSource } from './rules.ts';
import { seenBy, type Viewer } from './viewer.ts';

/** What of a call a review keeps. */
export type ReviewedCall = Pick<CallRow, 'id' | 'startedAt' | 'employee' | 'group'>;

/** Somebody who may be given reviews. */
export interface Reviewer {
  login: string;
  employee: string | null;
  isOfQuality: boolean;
}

/** People of the company whose role reviews, those of quality control first, then by login. */
export function reviewersOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Reviewer[]> {
  return asTenant(db, tenant, (trx) => reviewersIn(trx, tenant));
}

export async function reviewersIn(trx: Transaction<PostgresSchema>, tenant: string): Promise<Reviewer[]> {
  const rows = await trx
    .selectFrom('users')
    .select(['login', 'employee', 'role'])
    .where('tenant', '=', tenant)
    .where('role', 'in', ['quality', 'supervisor', 'admin'])
    .where('blocked_at', 'is', null)
    .execute();
  return rows
    .map(({ login, employee, role }) => ({ login, employee, isOfQuality: role === 'quality' }))
    .sort((a, b) => Number(b.isOfQuality) - Number(a.isOfQuality) || (a.login < b.login ? -1 : 1));
}

export interface Given {
  form: string;
  version: number;
  reviewer: string;
  source: ReviewSource;
  plan: string | null;
  pair: string | null;
  session: string | null;
  isReference: boolean;
  dueAt: Date | null;
}

/** Within a transaction. @returns its id; null: they have a review of this call by this form already */
export async function giveReview(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  who: string,
  call: ReviewedCall,
  { isReference: is_reference, dueAt: due_at, ...given }: Given,
): Promise<string | null> {
  const row = await trx
    .insertInto('quality_reviews')
    .values({
      ...{ tenant, call_id: call.id, started_at: new Date(call.startedAt / 1_000), employee: call.employee, group_id: call.group },
      ...{ ...given, is_reference, due_at, created_by: who },
    })
    .onConflict((c) => c.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) return null;
  await noteEvent(trx, { tenant, id: row.id }, who, 'assigned', {});
  return row.id;
}

/**
 * Gives a call to somebody by hand; to two, who then review it blindly.
 * @returns ids; `form`: no such form in use; `reviewer`: nobody of this name reviews, or the call is their own; `twice`: has it already
 */
export function giveByHand(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  call: ReviewedCall,
  { form, reviewers, dueAt }: { form: string; reviewers: readonly { name: string; employee: string | null }[]; dueAt: Date | null },
): Promise<string[] | 'form' | 'reviewer' | 'twice'> {
  return asTenant(db, tenant, async (trx) => {
    const found = await trx
      .selectFrom('quality_forms')
      .select('version')
      .where('tenant', '=', tenant)
      .where('id', '=', form)
      .where('archived_at', 'is', null)
      .executeTakeFirst();
    if (!found) return 'form';
    if (reviewers.some(({ employee }) => employee !== null && employee === call.employee)) return 'reviewer';
    const pair = reviewers.length > 1 ? crypto.randomUUID() : null;
    const ids: string[] = [];
    // all or none: half a pair would never be shown
    const taken = await trx
      .selectFrom('quality_reviews')
      .select('id')
      .where('tenant', '=', tenant)
      .where('call_id', '=', call.id)
      .where('form', '=', form)
      .where('session', 'is', null)
      .where(
        'reviewer',
        'in',
        reviewers.map(({ name }) => name),
      )
      .execute();
    if (taken.length > 0) return 'twice';
    for (const { name } of reviewers) {
      const of = { form, version: found.version, reviewer: name, source: 'hand', plan: null, pair, session: null } as const;
      const id = await giveReview(trx, tenant, actor.who, call, { ...of, isReference: false, dueAt });
      if (id !== null) ids.push(id);
    }
    const after = { call: call.id, reviewers: reviewers.map(({ name }) => name) };
    await noteAct(trx, tenant, { actor, act: 'quality.assign', subject: ids.join(', '), after });
    return ids;
  });
}

/** Takes a review back that nobody has handed in. Of a pair the other stands alone from then on. @returns false: there is none such */
export function withdrawReview(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  id: string,
  now: Date,
): Promise<boolean> {
  const { tenant } = scope;
  return asTenant(db, tenant, async (trx) => {
    const row = await trx
      .deleteFrom('quality_reviews')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('submitted_at', 'is', null)
      .where((eb) => seenBy(eb, scope, viewer))
      .returning(['tenant', 'id', 'pair', 'call_id', 'started_at', 'reviewer'])
      .executeTakeFirst();
    if (!row) return false;
    if (row.pair) {
      const left = await trx.selectFrom('quality_reviews').select('id').where('tenant', '=', tenant).where('pair', '=', row.pair).execute();
      if (left.length > 0) await showWhole(trx, row, now);
    }
    await noteAct(trx, tenant, { actor, act: 'quality.withdraw', subject: id, before: { call: row.call_id, reviewer: row.reviewer } });
    return true;
  });
}

/** Calls of these that somebody has been given to review already, calibrations apart. */
export async function reviewedCalls(trx: Transaction<PostgresSchema>, tenant: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ call_id: string }>`select distinct call_id from quality_reviews
    where tenant = ${tenant} and session is null and call_id = any(${[...ids]}::text[])`.execute(trx);
  return new Set(rows.map((row) => row.call_id));
}
