import { EDGE_MODULES, type EdgeModule } from '@callscope/core/bus/edge-commands.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** Told by the triggers that note a change of what OpenSIPS reads. */
export const EDGE_CHANGES_CHANNEL = 'edge_changes';
const KEPT_DAYS = 7;

export interface Waiting {
  what: EdgeModule[];
  /** the last change of them, included: later ones are not covered by a reload that has begun */
  upTo: string;
  oldest: Date;
}

/** What has changed and is not in force yet, several changes of one table as one. Null = nothing. */
export async function waitingChanges(db: Kysely<PostgresSchema>): Promise<Waiting | null> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('edge_changes')
      .select((eb) => ['what', eb.fn.max('id').as('last'), eb.fn.min('created_at').as('oldest')])
      .where('applied_at', 'is', null)
      .groupBy('what')
      .execute(),
  );
  // what a later version names we cannot reload: it waits for that version
  const known = rows.filter((row): row is typeof row & { what: EdgeModule } => (EDGE_MODULES as readonly string[]).includes(row.what));
  if (known.length === 0) return null;
  const last = Math.max(...known.map((row) => Number(row.last)));
  return { what: known.map((row) => row.what), upTo: String(last), oldest: new Date(Math.min(...known.map((row) => +row.oldest))) };
}

/** @param failure null: every edge that is there has read its tables again; else why not, and the changes keep waiting */
export async function noteReload(db: Kysely<PostgresSchema>, { what, upTo }: Waiting, failure: string | null, now: Date): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .updateTable('edge_changes')
      .set(failure === null ? { applied_at: now, failure: null } : { failure })
      .where('applied_at', 'is', null)
      .where('what', 'in', what)
      .where('id', '<=', upTo)
      .execute(),
  );
}

export async function forgetOldChanges(db: Kysely<PostgresSchema>): Promise<void> {
  await asOperator(db, (trx) => sql`delete from edge_changes where applied_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(trx));
}
