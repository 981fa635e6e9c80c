import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Trouble, TroubleKind } from './rules.ts';

type Db = Kysely<PostgresSchema>;

const KEPT_DAYS = 400;
/** Who tells and is not heard of again counts as dead after this; also the pause after a failure. */
const LEASE_SECONDS = 30;
/** One portal at a time notes what it sees; any number of ours. */
const LOCK = 7_205_002;

/** What was wrong, from when to when. */
export interface NotedTrouble extends Trouble {
  id: string;
  /** ms since the epoch */
  beganAt: number;
  /** null: it goes on */
  endedAt: number | null;
  /** why nobody could be told */
  fault: string;
}

/** What is seen now: new ones begin, those that are not seen any more end. Any number of portals may note the same. */
export function noteTroubles(db: Db, _scope: OperatorScope, seen: readonly Trouble[]): Promise<void> {
  return asOperator(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx);
    const going = await trx.selectFrom('troubles').select(['id', 'kind', 'what', 'detail']).where('ended_at', 'is', null).execute();
    const keyOf = (t: Pick<Trouble, 'kind' | 'what'>) => `${t.kind} ${t.what}`;
    const known = new Map(going.map((t) => [keyOf(t), t]));
    for (const trouble of seen) {
      const before = known.get(keyOf(trouble));
      known.delete(keyOf(trouble));
      if (before === undefined) await trx.insertInto('troubles').values(trouble).execute();
      else if (before.detail !== trouble.detail)
        await trx.updateTable('troubles').set({ detail: trouble.detail }).where('id', '=', before.id).execute();
    }
    const over = [...known.values()].map((t) => t.id);
    if (over.length > 0)
      await trx.updateTable('troubles').set({ ended_at: new Date(), next_at: new Date() }).where('id', 'in', over).execute();
  });
}

/** What goes on, and what was in the last days, the newest first. */
export async function troublesSince(db: Db, _scope: OperatorScope, since: number, limit: number): Promise<NotedTrouble[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('troubles')
      .selectAll()
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', new Date(since))]))
      .orderBy(sql`ended_at is null`, 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
  );
  return rows.map(toTrouble);
}

const toTrouble = (r: {
  id: string;
  kind: TroubleKind;
  what: string;
  detail: string;
  began_at: Date;
  ended_at: Date | null;
  fault: string;
}): NotedTrouble => ({
  ...{ id: r.id, kind: r.kind, what: r.what, detail: r.detail, fault: r.fault },
  ...{ beganAt: r.began_at.getTime(), endedAt: r.ended_at?.getTime() ?? null },
});

/**
 * Takes what is to be told: that something has been wrong for so long, or that what was told is over. What ended before anybody
 * was told is told to nobody.
 */
export async function takeUntold(
  db: Db,
  _scope: OperatorScope,
  holdSeconds: number,
): Promise<{ trouble: NotedTrouble; isOver: boolean }[]> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ id: string; kind: TroubleKind; what: string; detail: string; began_at: Date; ended_at: Date | null; fault: string }>`
      UPDATE troubles SET next_at = now() + make_interval(secs => ${LEASE_SECONDS})
      WHERE next_at <= now() AND (
        ended_at IS NULL AND told_at IS NULL AND began_at <= now() - make_interval(secs => ${holdSeconds})
        OR ended_at IS NOT NULL AND told_at IS NOT NULL AND told_over_at IS NULL)
      RETURNING id, kind, what, detail, began_at, ended_at, fault`.execute(trx),
  );
  return rows.map((r) => ({ trouble: toTrouble(r), isOver: r.ended_at !== null }));
}

export async function noteTold(db: Db, _scope: OperatorScope, id: string, isOver: boolean): Promise<void> {
  const now = new Date();
  await asOperator(db, (trx) =>
    trx
      .updateTable('troubles')
      // what ends while its beginning is told is told at once
      .set({ ...(isOver ? { told_over_at: now } : { told_at: now }), next_at: now, fault: '' })
      .where('id', '=', id)
      .execute(),
  );
}

export async function noteUntold(db: Db, _scope: OperatorScope, id: string, fault: string): Promise<void> {
  await asOperator(db, (trx) => trx.updateTable('troubles').set({ fault }).where('id', '=', id).execute());
}

export async function forgetTroubles(db: Db, _scope: OperatorScope): Promise<void> {
  await asOperator(db, (trx) => sql`DELETE FROM troubles WHERE ended_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(trx));
}
