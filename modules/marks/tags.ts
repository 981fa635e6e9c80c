import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type MarkedCall, type MarkFault, MOST_TAGS, MOST_TAGS_OF_CALL, type Tag, type TagColour } from './kinds.ts';

export interface TagForm {
  name: string;
  colour: TagColour;
}
export interface TagChange extends Partial<TagForm> {
  archived?: boolean;
  /** its place in the list, from 0 */
  place?: number;
}

/** A tag of the list, with how many calls have it. */
export interface ListedTag extends Tag {
  calls: number;
}

/** The company's tags in their order. */
export function listTags(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Tag[]> {
  return asTenant(db, tenant, async (trx) => (await inOrder(trx, tenant)).map(tagOf));
}

/** The same with how many calls have each: for whoever keeps the list. */
export function countedTags(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<ListedTag[]> {
  return asTenant(db, tenant, async (trx) => {
    const counts = await trx
      .selectFrom('call_taggings')
      .select((eb) => ['tag', eb.fn.countAll<string>().as('n')])
      .where('tenant', '=', tenant)
      .groupBy('tag')
      .execute();
    const of = new Map(counts.map((row) => [row.tag, Number(row.n)]));
    return (await inOrder(trx, tenant)).map((row) => ({ ...tagOf(row), calls: of.get(row.id) ?? 0 }));
  });
}

export function addTag(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, form: TagForm): Promise<Tag | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const known = await inOrder(trx, tenant);
    if (known.length >= MOST_TAGS) return 'many';
    const row = await trx
      .insertInto('call_tags')
      .values({ tenant, ...form, place: (known.at(-1)?.place ?? -1) + 1, archived_at: null })
      .onConflict((c) => c.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return 'taken';
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.list', subject: row.name, after: told(row) });
    return tagOf(row);
  });
}

/** Also its name: on every call that has it. */
export function changeTag(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  { name, colour, archived, place }: TagChange,
): Promise<Tag | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const all = await inOrder(trx, tenant);
    const was = all.find((tag) => tag.id === id);
    if (!was) return 'unknown';
    const isTaken = name !== undefined && all.some((tag) => tag.id !== id && tag.name.toLowerCase() === name.toLowerCase());
    if (isTaken) return 'taken';
    const archived_at = archived === undefined ? was.archived_at : archived ? (was.archived_at ?? new Date()) : null;
    const row = await trx
      .updateTable('call_tags')
      .set({ name: name ?? was.name, colour: colour ?? was.colour, archived_at })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (place !== undefined) {
      const order = all.filter((tag) => tag.id !== id).map((tag) => tag.id);
      order.splice(place, 0, id);
      await sql`update call_tags t set place = o.place - 1 from unnest(${order}::bigint[]) with ordinality o (id, place)
        where t.tenant = ${tenant} and t.id = o.id and t.place <> o.place - 1`.execute(trx);
    }
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.list', subject: row.name, before: told(was), after: told(row) });
    return tagOf(row);
  });
}

/**
 * Gives a call exactly these tags.
 * @param ids of the company's list; an archived one only where the call has it already
 */
export function tagCall(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  call: MarkedCall,
  ids: readonly string[],
): Promise<MarkFault | null> {
  const wanted = new Set(ids);
  if (wanted.size > MOST_TAGS_OF_CALL) return Promise.resolve('many');
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('call_taggings'), hashtext(${`${tenant} ${call.id}`}))`.execute(trx);
    const tags = new Map((await inOrder(trx, tenant)).map((tag) => [tag.id, tag]));
    const rows = await trx.selectFrom('call_taggings').select('tag').where('tenant', '=', tenant).where('call_id', '=', call.id).execute();
    const has = new Set(rows.map((row) => row.tag));
    const added = [...wanted].filter((id) => !has.has(id));
    const gone = [...has].filter((id) => !wanted.has(id));
    if (added.some((id) => !tags.has(id))) return 'unknown';
    if (added.some((id) => tags.get(id)?.archived_at !== null)) return 'archived';
    if (gone.length > 0)
      await trx.deleteFrom('call_taggings').where('tenant', '=', tenant).where('call_id', '=', call.id).where('tag', 'in', gone).execute();
    if (added.length > 0)
      await trx
        .insertInto('call_taggings')
        .values(added.map((tag) => ({ tenant, call_id: call.id, tag, started_at: new Date(call.startedAt / 1_000), by: caller.name })))
        .execute();
    if (added.length + gone.length > 0) {
      const names = (list: Iterable<string>) => [...list].map((id) => tags.get(id)?.name ?? id).sort();
      const act = { actor: actorOf(caller), act: 'mark.tag', subject: call.id } as const;
      await noteAct(trx, tenant, { ...act, before: { tags: names(has) }, after: { tags: names(wanted) } });
    }
    return null;
  });
}

interface Row {
  id: string;
  name: string;
  colour: TagColour;
  place: number;
  archived_at: Date | null;
}

const inOrder = (trx: Transaction<PostgresSchema>, tenant: string): Promise<Row[]> =>
  trx.selectFrom('call_tags').selectAll().where('tenant', '=', tenant).orderBy('place').orderBy('id').execute();

const inTurn = (trx: Transaction<PostgresSchema>, tenant: string) =>
  sql`select pg_advisory_xact_lock(hashtext('call_tags'), hashtext(${tenant}))`.execute(trx);

export const tagOf = ({ id, name, colour, archived_at }: Pick<Row, 'id' | 'name' | 'colour' | 'archived_at'>): Tag => ({
  ...{ id, name, colour },
  isArchived: archived_at !== null,
});
const told = ({ name, colour, archived_at }: Row) => ({ name, colour, archived: archived_at !== null });
