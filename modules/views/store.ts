import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely';
import { type Caller, tenantScope } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { MOST_OWN, MOST_SHARED, type ViewChange, type ViewForm, type ViewPage } from './forms.ts';

/** A page with its conditions under a name. */
export interface SavedView {
  id: string;
  page: ViewPage;
  name: string;
  /** of the page's address, without `?` */
  query: string;
  /** the company's; otherwise the asking person's own */
  shared: boolean;
  /** login, or name of the token */
  madeBy: string;
  createdAt: Date;
  updatedAt: Date;
}

/** `taken`: another of these views of the page has this name; `many`: there are as many as may be; `unknown`: no such view; `share`: it needs views:share */
export type ViewFault = 'taken' | 'many' | 'unknown' | 'share';

/** May save and change what all of the company sees. Whoever sees a part of it shares nothing: they cannot know what others see in it. */
export function mayShareViews(caller: Caller, tenant: string): boolean {
  const scope = tenantScope(caller, tenant, 'views:share');
  return scope !== null && scope.within === undefined;
}

/**
 * Own ones are those of the person who asks: a token has none, and whoever looks as somebody else is shown nobody's, so that what
 * people call their questions stays theirs.
 */
const ownerOf = (caller: Caller): string | null => (caller.by === 'person' && !caller.isViewing ? caller.id : null);

/** Views that the caller sees in the company: the shared ones and their own, by page and name. */
export function listViews(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller): Promise<SavedView[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await seenBy(trx, tenant, caller).selectAll().orderBy('page').orderBy(sql`lower(name)`).execute();
    return rows.map(viewOf);
  });
}

export function findView(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<SavedView | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await seenBy(trx, tenant, caller).selectAll().where('id', '=', id).executeTakeFirst();
    return row ? viewOf(row) : null;
  });
}

/** @param form its query as the page writes it */
export function addView(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  form: ViewForm,
  shared: boolean,
): Promise<SavedView | ViewFault> {
  const owner = shared ? null : ownerOf(caller);
  if (shared ? !mayShareViews(caller, tenant) : owner === null) return Promise.resolve('share');
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant, owner);
    if (await isFull(trx, tenant, owner)) return 'many';
    const row = await trx
      .insertInto('saved_views')
      .values({ tenant, user_id: owner, ...form, made_by: caller.name })
      .onConflict((c) => c.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return 'taken';
    if (shared) await noteAct(trx, tenant, { actor: actorOf(caller), act: 'view.share', subject: row.name, after: told(row) });
    return viewOf(row);
  });
}

/** @param change `shared` hands it to the company, or makes it the own view of whoever takes it back */
export function changeView(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  { name, query, shared }: ViewChange & { shared?: boolean },
): Promise<SavedView | ViewFault> {
  return asTenant(db, tenant, async (trx) => {
    const was = await seenBy(trx, tenant, caller).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!was) return 'unknown';
    const wasShared = was.user_id === null;
    const isShared = shared ?? wasShared;
    if ((wasShared || isShared) && !mayShareViews(caller, tenant)) return 'share';
    const owner = isShared ? null : ownerOf(caller);
    if (!isShared && owner === null) return 'share';
    await inTurn(trx, tenant, owner);
    if (isShared !== wasShared && (await isFull(trx, tenant, owner))) return 'many';
    const after = { name: name ?? was.name, query: query ?? was.query, user_id: owner, updated_at: new Date() };
    if (await isTaken(trx, tenant, { ...was, ...after })) return 'taken';
    const row = await trx
      .updateTable('saved_views')
      .set(after)
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (wasShared || isShared) {
      const act = isShared === wasShared ? 'view.change' : isShared ? 'view.share' : 'view.unshare';
      await noteAct(trx, tenant, { actor: actorOf(caller), act, subject: row.name, before: told(was), after: told(row) });
    }
    return viewOf(row);
  });
}

/** @returns null: it is gone */
export function removeView(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<ViewFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = await seenBy(trx, tenant, caller).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!was) return 'unknown';
    if (was.user_id === null && !mayShareViews(caller, tenant)) return 'share';
    await trx.deleteFrom('saved_views').where('tenant', '=', tenant).where('id', '=', id).execute();
    if (was.user_id === null)
      await noteAct(trx, tenant, { actor: actorOf(caller), act: 'view.delete', subject: was.name, before: told(was) });
    return null;
  });
}

type Rows = ExpressionBuilder<PostgresSchema, 'saved_views'>;
const ofOwner = (eb: Rows, owner: string | null) => (owner === null ? eb('user_id', 'is', null) : eb('user_id', '=', owner));

function seenBy(trx: Transaction<PostgresSchema>, tenant: string, caller: Caller) {
  const owner = ownerOf(caller);
  return trx
    .selectFrom('saved_views')
    .where('tenant', '=', tenant)
    .where((eb) => (owner === null ? ofOwner(eb, null) : eb.or([ofOwner(eb, null), ofOwner(eb, owner)])));
}

/** One after the other, so that two who save at once do not both find the last place, or the same name free. */
async function inTurn(trx: Transaction<PostgresSchema>, tenant: string, owner: string | null): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('saved_views'), hashtext(${`${tenant} ${owner ?? ''}`}))`.execute(trx);
}

async function isFull(trx: Transaction<PostgresSchema>, tenant: string, owner: string | null): Promise<boolean> {
  const { n } = await trx
    .selectFrom('saved_views')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('tenant', '=', tenant)
    .where((eb) => ofOwner(eb, owner))
    .executeTakeFirstOrThrow();
  return Number(n) >= (owner === null ? MOST_SHARED : MOST_OWN);
}

async function isTaken(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  { id, user_id, page, name }: { id: string; user_id: string | null; page: ViewPage; name: string },
): Promise<boolean> {
  const other = await trx
    .selectFrom('saved_views')
    .select('id')
    .where('tenant', '=', tenant)
    .where('id', '<>', id)
    .where((eb) => ofOwner(eb, user_id))
    .where('page', '=', page)
    .where(sql`lower(name)`, '=', sql`lower(${name})`)
    .executeTakeFirst();
  return other !== undefined;
}

interface Row {
  id: string;
  user_id: string | null;
  page: ViewPage;
  name: string;
  query: string;
  made_by: string;
  created_at: Date;
  updated_at: Date;
}

const told = ({ page, name, query }: Row) => ({ page, name, query });

function viewOf({ id, user_id, page, name, query, made_by, created_at, updated_at }: Row): SavedView {
  return { id, page, name, query, shared: user_id === null, madeBy: made_by, createdAt: created_at, updatedAt: updated_at };
}
