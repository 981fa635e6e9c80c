import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** What people write of calls. Tags and the score of quality control say nothing of what was said. */
const WRITTEN = ['call_notes', 'call_comments', 'call_collection_entries'] as const;

/** Notes, comments that were not removed, and places in collections, whosoever they are, of these calls of one company. */
export async function countMarks(trx: Transaction<PostgresSchema>, tenant: string, calls: readonly string[]): Promise<number> {
  const of = sql`tenant = ${tenant} AND call_id = ANY (${[...calls]}::text[])`;
  const { rows } = await sql<{ n: string }>`SELECT (SELECT count(*) FROM call_notes WHERE ${of})
    + (SELECT count(*) FROM call_comments WHERE ${of} AND removed_at IS NULL)
    + (SELECT count(*) FROM call_collection_entries WHERE ${of}) AS n`.execute(trx);
  return Number(rows[0]?.n ?? 0);
}

/** Takes away what people wrote of these calls, also what is left of removed comments. @returns how many */
export async function eraseMarks(trx: Transaction<PostgresSchema>, tenant: string, calls: readonly string[]): Promise<number> {
  let gone = 0;
  for (const table of WRITTEN) {
    const { numDeletedRows } = await trx
      .deleteFrom(table)
      .where('tenant', '=', tenant)
      .where('call_id', '=', sql<string>`ANY (${[...calls]}::text[])`)
      .executeTakeFirst();
    gone += Number(numDeletedRows);
  }
  return gone;
}
