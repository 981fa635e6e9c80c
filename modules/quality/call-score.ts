import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { setScore } from '../marks/scores.ts';
import type { PostgresSchema } from '../schema.ts';
import type { ReviewRow } from './review.ts';

/**
 * The score by which a call is found: the mean of its reviews' as far as they may be read by others, without calibrations, in per
 * cent (as `score` of measures.ts). Told in the transaction that changed it.
 */
export async function tellScore(
  trx: Transaction<PostgresSchema>,
  { tenant, call_id: id, started_at: at }: Pick<ReviewRow, 'tenant' | 'call_id' | 'started_at'>,
): Promise<void> {
  const { score } = await trx
    .selectFrom('quality_reviews')
    .select(sql<string | null>`avg(score)`.as('score'))
    .where('tenant', '=', tenant)
    .where('call_id', '=', id)
    .where('is_shown', '=', true)
    .where('session', 'is', null)
    .executeTakeFirstOrThrow();
  await setScore(trx, tenant, { id, startedAt: at.getTime() * 1_000 }, score === null ? null : Number(score));
}
