import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Caller, tenantScope } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type MarkedCall, type MarkFault, MOST_COLLECTIONS, MOST_ENTRIES } from './kinds.ts';

/** Calls that somebody put together: «Лучшие звонки». */
export interface Collection {
  id: string;
  name: string;
  about: string;
  /** the company's; otherwise the asking person's own */
  shared: boolean;
  madeBy: string;
  /** calls in it, also those that the asker does not see */
  entries: number;
}

export interface Entry {
  id: string;
  collection: string;
  callId: string;
  text: string;
  /** the piece to hear, in seconds of the recording; null: all of it */
  piece: { from: number; to: number } | null;
  by: string;
}

/** May make, change and delete collections of the company. Who sees a part of it keeps none for others. */
export function mayKeepCollections(caller: Caller, tenant: string): boolean {
  const scope = tenantScope(caller, tenant, 'marks:write');
  return scope !== null && scope.within === undefined;
}

/** Own ones are those of the person who asks: a token has none, and whoever looks as somebody else is shown nobody's. */
const ownerOf = (caller: Caller): string | null => (caller.by === 'person' && !caller.isViewing ? caller.id : null);

/** The company's, then own ones, by name. */
export function listCollections(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller): Promise<Collection[]> {
  return asTenant(db, tenant, async (trx) => (await seenBy(trx, tenant, caller)).map(collectionOf));
}

export function addCollection(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  form: { name: string; about: string },
  shared: boolean,
): Promise<Collection | MarkFault> {
  const owner = shared ? null : ownerOf(caller);
  if (shared ? !mayKeepCollections(caller, tenant) : owner === null) return Promise.resolve('right');
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const known = await seenBy(trx, tenant, caller);
    if (known.filter((c) => (c.user_id === null) === shared).length >= MOST_COLLECTIONS) return 'many';
    const row = await trx
      .insertInto('call_collections')
      .values({ tenant, ...form, user_id: owner, made_by: caller.name })
      .onConflict((c) => c.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return 'taken';
    if (shared)
      await noteAct(trx, tenant, {
        actor: actorOf(caller),
        act: 'mark.collection',
        subject: row.name,
        after: { name: row.name, about: row.about },
      });
    return collectionOf({ ...row, entries: '0' });
  });
}

/** @param change null: it is deleted. Calls and recordings stay */
export function changeCollection(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  change: { name?: string | undefined; about?: string | undefined } | null,
): Promise<Collection | MarkFault | null> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const was = (await seenBy(trx, tenant, caller)).find((c) => c.id === id);
    if (!was) return 'unknown';
    const isShared = was.user_id === null;
    if (isShared && !mayKeepCollections(caller, tenant)) return 'right';
    const after = change && { name: change.name ?? was.name, about: change.about ?? was.about };
    if (after !== null) {
      const same = (await seenBy(trx, tenant, caller)).filter((c) => c.id !== id && (c.user_id === null) === isShared);
      if (same.some((c) => c.name.toLowerCase() === after.name.toLowerCase())) return 'taken';
      await trx.updateTable('call_collections').set(after).where('tenant', '=', tenant).where('id', '=', id).execute();
    } else await trx.deleteFrom('call_collections').where('tenant', '=', tenant).where('id', '=', id).execute();
    if (isShared) {
      const before = { name: was.name, about: was.about };
      await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.collection', subject: was.name, before, ...(after && { after }) });
    }
    return after && collectionOf({ ...was, ...after });
  });
}

/** Into a shared one whoever tags this call may put it: `mayTag`. */
export function addEntry(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  collection: string,
  call: MarkedCall,
  { text, from, to }: { text: string; from: number | null; to: number | null },
  mayTag: boolean,
): Promise<Entry | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const into = (await seenBy(trx, tenant, caller)).find((c) => c.id === collection);
    if (!into) return 'unknown';
    if (into.user_id === null && !mayTag) return 'right';
    if (Number(into.entries) >= MOST_ENTRIES) return 'many';
    const row = await trx
      .insertInto('call_collection_entries')
      .values({
        ...{ tenant, collection, call_id: call.id, started_at: new Date(call.startedAt / 1_000), text, by: caller.name },
        ...{ from_second: from?.toFixed(1) ?? null, to_second: to?.toFixed(1) ?? null },
      })
      .onConflict((c) => c.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return 'taken';
    if (into.user_id === null)
      await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.entry', subject: call.id, after: { collection: into.name } });
    return entryOf(row);
  });
}

/** @param mayTag of the whole company: what is shared is taken out by whoever may put it in */
export function removeEntry(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  mayTag: boolean,
): Promise<MarkFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = await trx
      .selectFrom('call_collection_entries')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst();
    const from = was && (await seenBy(trx, tenant, caller)).find((c) => c.id === was.collection);
    if (!was || !from) return 'unknown';
    if (from.user_id === null && !mayTag) return 'right';
    await trx.deleteFrom('call_collection_entries').where('tenant', '=', tenant).where('id', '=', id).execute();
    if (from.user_id === null)
      await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.entry', subject: was.call_id, before: { collection: from.name } });
    return null;
  });
}

/** What is looked for; what is not given is not asked. */
export interface LibraryQuestion {
  /** found anywhere in names of tags, notes, comments, descriptions, names of collections */
  text?: string | undefined;
  tag?: string | undefined;
  collection?: string | undefined;
}
/** A place in the library: calls that began before, or as early with a smaller id. */
export interface LibraryPlace {
  /** ms since the epoch */
  startedAt: number;
  callId: string;
}

/** Calls that people marked, the newest first. Which of them the asker sees only the store of calls tells. */
export async function markedCalls(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  { text, tag, collection }: LibraryQuestion,
  after: LibraryPlace | null,
  most: number,
): Promise<LibraryPlace[]> {
  const like = text === undefined ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const owner = ownerOf(caller);
  const { rows } = await asTenant(db, tenant, (trx) =>
    sql<{ call_id: string; started_at: Date }>`WITH mine AS (
        SELECT id, name, about FROM call_collections WHERE tenant = ${tenant} AND (user_id IS NULL OR user_id = ${owner}::bigint)),
      entries AS (SELECT e.call_id, e.started_at, e.text, e.collection, m.name, m.about FROM call_collection_entries e JOIN mine m ON m.id = e.collection
        WHERE e.tenant = ${tenant}),
      found AS (
        SELECT g.call_id, g.started_at FROM call_taggings g JOIN call_tags t ON (t.tenant, t.id) = (g.tenant, g.tag)
          WHERE g.tenant = ${tenant} AND (${like}::text IS NULL OR t.name ILIKE ${like})
        UNION ALL SELECT call_id, started_at FROM call_notes WHERE tenant = ${tenant} AND (${like}::text IS NULL OR text ILIKE ${like})
        UNION ALL SELECT call_id, started_at FROM call_comments
          WHERE tenant = ${tenant} AND removed_at IS NULL AND (${like}::text IS NULL OR text ILIKE ${like})
        UNION ALL SELECT call_id, started_at FROM entries
          WHERE ${like}::text IS NULL OR text ILIKE ${like} OR name ILIKE ${like} OR about ILIKE ${like})
      SELECT call_id, min(started_at) AS started_at FROM found
      WHERE (${tag ?? null}::bigint IS NULL OR call_id IN (SELECT call_id FROM call_taggings WHERE tenant = ${tenant} AND tag = ${tag ?? null}::bigint))
        AND (${collection ?? null}::bigint IS NULL OR call_id IN (SELECT call_id FROM entries WHERE collection = ${collection ?? null}::bigint))
        AND (${after === null} OR (started_at, call_id) < (${new Date(after?.startedAt ?? 0)}::timestamptz, ${after?.callId ?? ''}::text))
      GROUP BY call_id ORDER BY started_at DESC, call_id DESC LIMIT ${most}`.execute(trx),
  );
  return rows.map((row) => ({ callId: row.call_id, startedAt: row.started_at.getTime() }));
}

/** What people wrote of these calls: entries of collections that the asker sees, and comments that stand. */
export async function writtenOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  callIds: readonly string[],
): Promise<{ entries: Entry[]; comments: { callId: string; text: string; by: string; second: number | null }[] }> {
  if (callIds.length === 0) return { entries: [], comments: [] };
  return asTenant(db, tenant, async (trx) => {
    const seen = (await seenBy(trx, tenant, caller)).map((c) => c.id);
    const [entries, comments] = [
      await trx
        .selectFrom('call_collection_entries')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('call_id', 'in', callIds)
        .orderBy('id')
        .execute(),
      await trx
        .selectFrom('call_comments')
        .select(['call_id', 'text', 'by', 'second'])
        .where('tenant', '=', tenant)
        .where('call_id', 'in', callIds)
        .where('removed_at', 'is', null)
        .orderBy('id')
        .execute(),
    ];
    return {
      entries: entries.filter((entry) => seen.includes(entry.collection)).map(entryOf),
      comments: comments.map(({ call_id, text, by, second }) => ({
        callId: call_id,
        text,
        by,
        second: second === null ? null : Number(second),
      })),
    };
  });
}

async function seenBy(trx: Transaction<PostgresSchema>, tenant: string, caller: Caller) {
  const owner = ownerOf(caller);
  return trx
    .selectFrom('call_collections as c')
    .selectAll('c')
    .select((eb) =>
      eb
        .selectFrom('call_collection_entries as e')
        .select((of) => of.fn.countAll<string>().as('n'))
        .whereRef('e.tenant', '=', 'c.tenant')
        .whereRef('e.collection', '=', 'c.id')
        .as('entries'),
    )
    .where('c.tenant', '=', tenant)
    .where((eb) => (owner === null ? eb('c.user_id', 'is', null) : eb.or([eb('c.user_id', 'is', null), eb('c.user_id', '=', owner)])))
    .orderBy(sql`c.user_id is not null`)
    .orderBy(sql`lower(c.name)`)
    .execute();
}

const inTurn = (trx: Transaction<PostgresSchema>, tenant: string) =>
  sql`select pg_advisory_xact_lock(hashtext('call_collections'), hashtext(${tenant}))`.execute(trx);

function collectionOf(row: {
  id: string;
  name: string;
  about: string;
  user_id: string | null;
  made_by: string;
  entries: string | null;
}): Collection {
  const { id, name, about, user_id, made_by, entries } = row;
  return { id, name, about, shared: user_id === null, madeBy: made_by, entries: Number(entries ?? 0) };
}

interface EntryRow {
  id: string;
  collection: string;
  call_id: string;
  text: string;
  from_second: string | null;
  to_second: string | null;
  by: string;
}

const entryOf = ({ id, collection, call_id, text, from_second, to_second, by }: EntryRow): Entry => ({
  ...{ id, collection, callId: call_id, text, by },
  piece: from_second === null || to_second === null ? null : { from: Number(from_second), to: Number(to_second) },
});
