import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely, Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type ListForm, MOST_CALLERS } from './route-forms.ts';
import { listRows } from './route-rows.ts';

type Trx = Transaction<PostgresSchema>;
export interface ListEntry {
  pattern: string;
  comment: string;
}

export function blackList(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<ListEntry[]> {
  return asTenant(db, tenant, (trx) => readList(trx, tenant, null));
}

/** Replaces the black list; in force with the next call. @returns false when there is no such company */
export async function putBlackList(db: Kysely<PostgresSchema>, scope: TenantScope, actor: Actor, form: ListForm): Promise<boolean> {
  return (await changeBlackList(db, scope, actor, () => form)) !== null;
}

/**
 * Puts callers on the black list; who is on it stays as they are. In force with the next call.
 * @returns those that are new there; many: the list would be too long; null: there is no such company
 */
export async function addToBlackList(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  actor: Actor,
  form: ListForm,
): Promise<ListEntry[] | 'many' | null> {
  const change = await changeBlackList(db, scope, actor, (before, country) => {
    const known = new Set(before.map(({ pattern }) => pattern));
    const more = listRows(scope.tenant, country, null, form).filter(({ pattern }) => !known.has(pattern));
    return before.length + more.length > MOST_CALLERS ? 'many' : [...before, ...more];
  });
  if (change === null || change === 'many') return change;
  const known = new Set(change.before.map(({ pattern }) => pattern));
  return change.after.filter(({ pattern }) => !known.has(pattern));
}

/** Takes callers off the black list. @param patterns as they stand there @returns those that went; null: there is no such company */
export async function removeFromBlackList(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  actor: Actor,
  patterns: readonly string[],
): Promise<ListEntry[] | null> {
  const change = await changeBlackList(db, scope, actor, (before) => before.filter(({ pattern }) => !patterns.includes(pattern)));
  if (change === null || change === 'many') return null;
  const left = new Set(change.after.map(({ pattern }) => pattern));
  return change.before.filter(({ pattern }) => !left.has(pattern));
}

/** Notes what was before and after; a list that stays as it is is no change. */
function changeBlackList(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  nextOf: (before: ListEntry[], country: string) => ListForm | 'many',
): Promise<{ before: ListEntry[]; after: ListEntry[] } | 'many' | null> {
  return asTenant(db, tenant, async (trx) => {
    const company = await lock(trx, tenant);
    if (!company) return null;
    const before = await readList(trx, tenant, null);
    const next = nextOf(before, company.country);
    if (next === 'many') return next;
    await storeList(trx, tenant, company.country, null, next);
    const after = await readList(trx, tenant, null);
    if (JSON.stringify(before) !== JSON.stringify(after))
      await noteAct(trx, tenant, {
        ...{ actor, act: 'telephony.black-list', subject: '' },
        ...{ before: { blackList: before }, after: { blackList: after } },
      });
    return { before, after };
  });
}

/** Telephony, numbers and lists are written one after the other. */
export function lock(trx: Trx, tenant: string): Promise<{ country: string } | undefined> {
  return trx.selectFrom('tenants').select('country').where('id', '=', tenant).forUpdate().executeTakeFirst();
}

/** @param number whose white list; null: the company's black list */
export function readList(trx: Trx, tenant: string, number: string | null): Promise<ListEntry[]> {
  return trx
    .selectFrom('pbx_lists')
    .select(['pattern', 'comment'])
    .where('tenant', '=', tenant)
    .where('number', 'is not distinct from', number)
    .orderBy('pattern')
    .execute();
}

export async function storeList(trx: Trx, tenant: string, country: string, number: string | null, list: ListForm): Promise<void> {
  const rows = listRows(tenant, country, number, list);
  await trx.deleteFrom('pbx_lists').where('tenant', '=', tenant).where('number', 'is not distinct from', number).execute();
  if (rows.length > 0) await trx.insertInto('pbx_lists').values(rows).execute();
}
