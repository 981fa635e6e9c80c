import { sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { MarkedCall } from './kinds.ts';

/** The mark that quality control gives a call, in per cent, by which calls are found. @param score null: it has none any more */
export async function setScore(trx: Transaction<PostgresSchema>, tenant: string, call: MarkedCall, score: number | null): Promise<void> {
  if (score === null) {
    await trx.deleteFrom('call_scores').where('tenant', '=', tenant).where('call_id', '=', call.id).execute();
    return;
  }
  await trx
    .insertInto('call_scores')
    .values({ tenant, call_id: call.id, started_at: new Date(call.startedAt / 1_000), score: score.toFixed(2) })
    .onConflict((c) => c.columns(['tenant', 'call_id']).doUpdateSet({ score: score.toFixed(2), at: sql`now()` }))
    .execute();
}
