import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';

/** Wakes the outbox publisher (LISTEN). */
export const OUTBOX_CHANNEL = 'callscope_outbox';

/** Says in the outbox, in this transaction, that the company has changed. */
export async function announce(trx: Transaction<PostgresSchema>, tenant: string, version: number): Promise<void> {
  await trx.insertInto('outbox').values({ tenant, version }).execute();
  await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(trx);
}
