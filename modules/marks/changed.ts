import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type MarksOfCall, readMarks } from './read.ts';

/** Told when a call's marks changed. */
export const MARKS_CHANNEL = 'call_marks';
/** Two rounds at once would let an older state win. */
const ROUND = 7_340_001;
/** A call that the store has not got yet is asked for again after this … */
const AGAIN_SECONDS = 60;
/** … and not any more after this: there is no such call. */
const LOST_DAYS = 3;

/** How calls of one company stand, to be written as one version. */
export interface ChangedCalls {
  tenant: string;
  version: string;
  marks: ReadonlyMap<string, MarksOfCall | null>;
}

/**
 * One round: up to `most` changes, the oldest first. They are taken away once `carry` is done with them, in the same transaction; what
 * dies in between is carried again. A version is drawn before the state of its round is read, and rounds are one after the other.
 * @param carry writes the calls that it knows. @returns ids of those that it does not know
 * @returns how many changes are done with, and how many of them are of calls that there are not
 */
export function carryChanged(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  most: number,
  carry: (calls: ChangedCalls) => Promise<readonly string[]>,
): Promise<{ done: number; lost: number }> {
  return asOperator(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(${ROUND})`.execute(trx);
    const rows = await trx
      .selectFrom('call_marks_changed')
      .select(['id', 'tenant', 'call_id', 'at'])
      .where('due_at', '<=', sql<Date>`now()`)
      .orderBy('due_at')
      .orderBy('id')
      .limit(most)
      .execute();
    let lost = 0;
    for (const [tenant, changes] of Map.groupBy(rows, (row) => row.tenant)) {
      const { rows: drawn } = await sql<{ version: string }>`select nextval('call_marks_version') as version`.execute(trx);
      const ids = [...new Set(changes.map((change) => change.call_id))];
      const marks = await readMarks(trx, tenant, ids);
      const version = drawn[0]?.version ?? '0';
      const unknown = new Set(await carry({ tenant, version, marks: new Map(ids.map((id) => [id, marks.get(id) ?? null])) }));
      const [waiting, done] = [changes.filter((c) => unknown.has(c.call_id)), changes.filter((c) => !unknown.has(c.call_id))];
      const old = waiting.filter((c) => Date.now() - c.at.getTime() > LOST_DAYS * 86_400_000);
      lost += old.length;
      await sql`delete from call_marks_changed where id = any (${[...done, ...old].map((c) => c.id)}::bigint[])`.execute(trx);
      await sql`update call_marks_changed set due_at = now() + make_interval(secs => ${AGAIN_SECONDS})
        where id = any (${waiting.filter((c) => !old.includes(c)).map((c) => c.id)}::bigint[])`.execute(trx);
    }
    return { done: rows.length, lost };
  });
}

/** Age of the oldest change that could be carried by now, in seconds. */
export async function marksLag(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<number> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ age: number | null }>`select extract(epoch from now() - due_at)::float8 as age from call_marks_changed
      where due_at <= now() order by due_at limit 1`.execute(trx),
  );
  return Math.max(0, rows[0]?.age ?? 0);
}

/** Every call that has marks is carried anew: the store's table was lost, or somebody asks for it. @returns how many */
export async function carryAll(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<number> {
  const { numAffectedRows } = await asOperator(db, (trx) =>
    sql`insert into call_marks_changed (tenant, call_id)
      select tenant, call_id from (
        select tenant, call_id, started_at from call_taggings union all select tenant, call_id, started_at from call_notes
        union all select tenant, call_id, started_at from call_comments union all select tenant, call_id, started_at from call_scores
        union all select tenant, call_id, started_at from recordings where talk is not null) marked
      group by tenant, call_id order by min(started_at)`.execute(trx),
  );
  return Number(numAffectedRows ?? 0);
}
