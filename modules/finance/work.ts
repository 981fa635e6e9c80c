import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Fault } from './kinds.ts';
import type { UnratedReason } from './rules-rating.ts';

type Db = Kysely<PostgresSchema>;

/** Up to where CALLS is charged. */
export function ratingProgress(db: Db, _scope: OperatorScope): Promise<{ stream: string; seq: number } | null> {
  return asOperator(db, async (trx) => {
    const row = await trx.selectFrom('rating_state').select(['stream', 'seq']).executeTakeFirst();
    return row === undefined || row.stream === '' ? null : { stream: row.stream, seq: Number(row.seq) };
  });
}

export async function saveRatingProgress(db: Db, _scope: OperatorScope, stream: string, seq: number): Promise<void> {
  await asOperator(db, (trx) => trx.updateTable('rating_state').set({ stream, seq }).execute());
}

/** Has every contract's calls looked through from a moment on, or from its beginning where that is later. @param since ms */
export async function askForLooks(db: Db, _scope: OperatorScope, since: number): Promise<void> {
  await asOperator(db, (trx) =>
    sql`UPDATE contracts SET look_from = least(look_from, greatest(${new Date(since)}, begins_on::timestamptz - interval '1 day'))`.execute(
      trx,
    ),
  );
}

/**
 * The same once a night, and what has been without a price for longer too. @param night yyyy-mm-dd @returns whether this night had not
 * been asked for
 */
export function askForNight(db: Db, _scope: OperatorScope, night: string, since: number): Promise<boolean> {
  return asOperator(db, async (trx) => {
    const { numUpdatedRows } = await trx.updateTable('rating_state').set({ looked: night }).where('looked', '<', night).executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await sql`UPDATE contracts c SET look_from = least(c.look_from, ${new Date(since)},
      (SELECT min(u.started_at) FROM unrated_calls u WHERE u.tenant = c.tenant))`.execute(trx);
    return true;
  });
}

/** A company whose calls are to be looked through. */
export interface Look {
  tenant: string;
  /** ms */
  from: number;
  turns: number;
}

/** The one that waits from the longest ago; null: none. */
export function nextLook(db: Db, _scope: OperatorScope): Promise<Look | null> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ tenant: string; from: Date; turns: string }>`
      SELECT tenant, min(look_from) AS "from", sum(look_turn) AS turns FROM contracts GROUP BY tenant HAVING count(look_from) > 0 ORDER BY 2 LIMIT 1`.execute(
      trx,
    );
    const [row] = rows;
    return row === undefined ? null : { tenant: row.tenant, from: row.from.getTime(), turns: Number(row.turns) };
  });
}

/** That was done; what was asked for meanwhile stays to be done. */
export async function looked(db: Db, _scope: OperatorScope, { tenant, turns }: Look): Promise<void> {
  await asOperator(db, (trx) =>
    sql`UPDATE contracts SET look_from = NULL WHERE tenant = ${tenant}
      AND (SELECT sum(look_turn) FROM contracts WHERE tenant = ${tenant}) = ${turns}`.execute(trx),
  );
}

/** Calls of a company that were charged, or could not be, and began in [from, to), ms: what must be compared with the calls that there are. */
export function chargedIn(db: Db, _scope: OperatorScope, tenant: string, from: number, to: number): Promise<string[]> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ call_id: string }>`
      SELECT call_id FROM rated_calls last WHERE tenant = ${tenant} AND started_at >= ${new Date(from)} AND started_at < ${new Date(to)}
        AND part = 0 AND outcome <> 'gone' AND NOT EXISTS (SELECT FROM rated_calls n
          WHERE n.tenant = last.tenant AND n.call_id = last.call_id AND n.part = 0 AND n.revision > last.revision)
      UNION SELECT call_id FROM unrated_calls WHERE tenant = ${tenant} AND started_at >= ${new Date(from)} AND started_at < ${new Date(to)}`.execute(
      trx,
    );
    return rows.map((r) => r.call_id);
  });
}

/** Takes calls off the list of those without a price that are none any more. */
export async function forgetUnrated(db: Db, _scope: OperatorScope, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await asOperator(db, (trx) => sql`DELETE FROM unrated_calls WHERE tenant = ${tenant} AND call_id = ANY(${ids})`.execute(trx));
}

export async function saveCheck(db: Db, _scope: OperatorScope, faults: readonly Fault[]): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .updateTable('rating_state')
      .set({ checked_at: new Date(), faults: JSON.stringify(faults) })
      .execute(),
  );
}

/** What the operator is to know: how many calls have no price, by company and why, and what the last look at the books found. */
export function financeState(
  db: Db,
  _scope: OperatorScope,
): Promise<{ unrated: { tenant: string; why: UnratedReason; calls: number }[]; faults: Fault[]; checkedAt: number | null }> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ tenant: string; why: UnratedReason; calls: string }>`
      SELECT tenant, why, count(*) AS calls FROM unrated_calls GROUP BY tenant, why ORDER BY tenant, why`.execute(trx);
    const state = await trx.selectFrom('rating_state').select(['faults', 'checked_at']).executeTakeFirst();
    return {
      unrated: rows.map((r) => ({ ...r, calls: Number(r.calls) })),
      ...{ faults: state?.faults ?? [], checkedAt: state?.checked_at?.getTime() ?? null },
    };
  });
}

/** A call that a contract pays for and that nothing says the price of. */
export interface UnratedCall {
  tenant: string;
  call: string;
  /** ms since the epoch */
  startedAt: number;
  why: UnratedReason;
  /** that no line of the tariff has; '' where it is not that */
  number: string;
}

/** The newest first. */
export function unratedCalls(db: Db, _scope: OperatorScope, limit: number): Promise<UnratedCall[]> {
  return asOperator(db, async (trx) => {
    const rows = await trx.selectFrom('unrated_calls').selectAll().orderBy('started_at', 'desc').orderBy('call_id').limit(limit).execute();
    return rows.map((r) => ({ tenant: r.tenant, call: r.call_id, startedAt: r.started_at.getTime(), why: r.why, number: r.number }));
  });
}
