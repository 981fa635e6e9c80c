import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Caller, tenantScope } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type Comment, type MarkedCall, type MarkFault, MOST_COMMENTS, type Note, type Tag } from './kinds.ts';
import { tagOf } from './tags.ts';

/** All that people said about a call. */
export interface CallMarks {
  tags: Tag[];
  note: Note | null;
  /** by the second that they are about, those of the whole call first */
  comments: Comment[];
}

/** Whose a comment is: also when they are renamed, or gone. */
const authorOf = ({ by, id, name }: Caller): string => (by === 'system' ? `system:${name}` : `${by}:${id}`);

/** May remove what others wrote. */
export function mayRemoveOthers(caller: Caller, tenant: string): boolean {
  const scope = tenantScope(caller, tenant, 'marks:write');
  return scope !== null && scope.within === undefined;
}

export function readCallMarks(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, callId: string): Promise<CallMarks> {
  return asTenant(db, tenant, async (trx) => {
    const tags = await trx
      .selectFrom('call_taggings as g')
      .innerJoin('call_tags as t', (join) => join.onRef('t.tenant', '=', 'g.tenant').onRef('t.id', '=', 'g.tag'))
      .select(['t.id', 't.name', 't.colour', 't.archived_at'])
      .where('g.tenant', '=', tenant)
      .where('g.call_id', '=', callId)
      .orderBy('t.place')
      .orderBy('t.id')
      .execute();
    const note = await noteOf(trx, tenant, callId);
    const comments = await trx
      .selectFrom('call_comments')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .orderBy(sql`second nulls first`)
      .orderBy('id')
      .execute();
    return { tags: tags.map(tagOf), note, comments: comments.map((row) => commentOf(row, caller)) };
  });
}

/**
 * Writes the note of a call; '' takes it away.
 * @param version of the note that was read, 0: there was none @returns the note as it stands
 */
export function writeNote(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  call: MarkedCall,
  text: string,
  version: number,
): Promise<Note | null | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('call_notes'), hashtext(${`${tenant} ${call.id}`}))`.execute(trx);
    const was = await noteOf(trx, tenant, call.id);
    if ((was?.version ?? 0) !== version) return 'stale';
    if ((was?.text ?? '') === text) return was;
    // anew, so that the change is told once, as an addition
    await trx.deleteFrom('call_notes').where('tenant', '=', tenant).where('call_id', '=', call.id).execute();
    if (text !== '')
      await trx
        .insertInto('call_notes')
        .values({ tenant, call_id: call.id, started_at: startOf(call), text, by: caller.name, version: version + 1 })
        .execute();
    // that it was, and not what: the line outlives the erasure of what people said
    const after = { length: text.length };
    await noteAct(trx, tenant, {
      actor: actorOf(caller),
      act: 'mark.note',
      subject: call.id,
      before: { length: was?.text.length ?? 0 },
      after,
    });
    return noteOf(trx, tenant, call.id);
  });
}

export function addComment(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  call: MarkedCall,
  { text, second }: { text: string; second: number | null },
): Promise<Comment | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('call_comments'), hashtext(${`${tenant} ${call.id}`}))`.execute(trx);
    const { n } = await trx
      .selectFrom('call_comments')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('tenant', '=', tenant)
      .where('call_id', '=', call.id)
      .executeTakeFirstOrThrow();
    if (Number(n) >= MOST_COMMENTS) return 'many';
    const row = await trx
      .insertInto('call_comments')
      .values({
        ...{ tenant, call_id: call.id, started_at: startOf(call), author: authorOf(caller), by: caller.name, text },
        ...{ second: second === null ? null : second.toFixed(1), edited_at: null, removed_at: null, removed_by: null },
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return commentOf(row, caller);
  });
}

/** One's own only. */
export function editComment(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  callId: string,
  id: string,
  text: string,
): Promise<Comment | MarkFault> {
  return asTenant(db, tenant, async (trx) => {
    const was = await standing(trx, tenant, callId, id);
    if (!was) return 'unknown';
    if (was.author !== authorOf(caller)) return 'right';
    const row = await trx
      .updateTable('call_comments')
      .set({ text, ...(text === was.text ? {} : { edited_at: new Date() }) })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return commentOf(row, caller);
  });
}

/** One's own, and others' by whoever may: what it said is gone, and that there was one stays. */
export function removeComment(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  callId: string,
  id: string,
): Promise<MarkFault | null> {
  return asTenant(db, tenant, async (trx) => {
    const was = await standing(trx, tenant, callId, id);
    if (!was) return 'unknown';
    if (was.author !== authorOf(caller) && !mayRemoveOthers(caller, tenant)) return 'right';
    await trx
      .updateTable('call_comments')
      .set({ text: '', removed_at: new Date(), removed_by: caller.name })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'mark.comment-remove', subject: callId, before: { by: was.by } });
    return null;
  });
}

const startOf = ({ startedAt }: MarkedCall) => new Date(startedAt / 1_000);

/** Those that are not removed. */
const standing = (trx: Transaction<PostgresSchema>, tenant: string, callId: string, id: string) =>
  trx
    .selectFrom('call_comments')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_id', '=', callId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

async function noteOf(trx: Transaction<PostgresSchema>, tenant: string, callId: string): Promise<Note | null> {
  const row = await trx.selectFrom('call_notes').selectAll().where('tenant', '=', tenant).where('call_id', '=', callId).executeTakeFirst();
  return row ? { text: row.text, by: row.by, at: row.at.getTime(), version: row.version } : null;
}

interface CommentRow {
  id: string;
  author: string;
  by: string;
  text: string;
  second: string | null;
  created_at: Date;
  edited_at: Date | null;
  removed_at: Date | null;
  removed_by: string | null;
}

const commentOf = (row: CommentRow, caller: Caller): Comment => ({
  ...{ id: row.id, by: row.by, text: row.text, second: row.second === null ? null : Number(row.second) },
  ...{ createdAt: row.created_at.getTime(), editedAt: row.edited_at?.getTime() ?? null },
  ...{ removedAt: row.removed_at?.getTime() ?? null, removedBy: row.removed_by },
  isOwn: row.author === authorOf(caller),
});
