import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type ChangedCost, standingCosts } from './rules-costs.ts';

type Db = Kysely<PostgresSchema>;

/** Wakes whoever copies what calls cost to the store of calls (LISTEN). */
export const COSTS_CHANNEL = 'callscope_costs';
/** Calls of a batch, where all of them are copied anew. */
const BATCH = 5_000;

/** Notes in the transaction that charges calls that they are to be copied. */
export async function noteCosts(trx: Transaction<PostgresSchema>, calls: readonly { tenant: string; callId: string }[]): Promise<void> {
  if (calls.length === 0) return;
  await sql`INSERT INTO call_costs_changed (tenants, calls)
    VALUES (${calls.map((c) => c.tenant)}::text[], ${calls.map((c) => c.callId)}::text[])`.execute(trx);
}

/**
 * Copies the oldest batch. It is taken away once `copy` is done, in the same transaction: what dies in between is copied again. Neither order
 * nor repetition matters, since a revision never changes. @returns how many calls; 0: nothing waits
 */
export function carryCosts(
  db: Db,
  _scope: OperatorScope,
  copy: (tenant: string, costs: readonly ChangedCost[]) => Promise<void>,
): Promise<number> {
  return asOperator(db, async (trx) => {
    const batch = await trx
      .selectFrom('call_costs_changed')
      .select(['id', 'tenants', 'calls'])
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (batch === undefined) return 0;
    const { rows } = await sql<ChangedCost & { tenant: string }>`
      SELECT r.tenant, r.call_id AS id, (extract(epoch FROM r.started_at) * 1000000)::bigint::text AS "startedUs", c.number AS contract, r.service,
        r.outcome, r.why, r.amount::text AS amount, r.vat::text AS vat, r.revision
      FROM (SELECT DISTINCT * FROM unnest(${batch.tenants}::text[], ${batch.calls}::text[])) AS w (tenant, id)
      JOIN rated_calls r ON r.tenant = w.tenant AND r.call_id = w.id AND r.part = 0 JOIN contracts c ON c.id = r.contract
      ORDER BY r.tenant, r.call_id, r.revision DESC`.execute(trx);
    for (const [tenant, costs] of Map.groupBy(rows, (row) => row.tenant)) await copy(tenant, standingCosts(costs));
    await trx.deleteFrom('call_costs_changed').where('id', '=', batch.id).execute();
    return batch.calls.length;
  });
}

/** Every call that was charged is copied anew: the store's table is new, or was lost. @returns how many */
export async function carryAllCosts(db: Db, _scope: OperatorScope): Promise<number> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ calls: number }>`WITH added AS (INSERT INTO call_costs_changed (tenants, calls)
        SELECT array_agg(tenant), array_agg(call_id) FROM (
          SELECT tenant, call_id, (row_number() OVER (ORDER BY min(started_at)) - 1) / ${BATCH} AS n FROM rated_calls WHERE part = 0
          GROUP BY tenant, call_id) charged
        GROUP BY n ORDER BY n RETURNING cardinality(calls) AS calls)
      SELECT coalesce(sum(calls), 0)::int AS calls FROM added`.execute(trx),
  );
  return rows[0]?.calls ?? 0;
}

/** Age of the oldest batch that waits, in seconds; 0: none does. */
export async function costsLag(db: Db, _scope: OperatorScope): Promise<number> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ age: number }>`SELECT extract(epoch FROM now() - at)::float8 AS age FROM call_costs_changed ORDER BY id LIMIT 1`.execute(trx),
  );
  return Math.max(0, rows[0]?.age ?? 0);
}
