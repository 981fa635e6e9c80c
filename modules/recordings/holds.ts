import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type HoldKind, KEEPING_CHANNEL } from './keeping.ts';

/** What may not go, whatever the days say and whoever asks. */
export interface Hold {
  id: string;
  kind: HoldKind;
  /** id of a call, a number as calls have it, id of an employee; '' for all */
  value: string;
  /** recordings that began in [from, to); null = without an end */
  from: Date | null;
  to: Date | null;
  reason: string;
  by: string;
  createdAt: Date;
  releasedAt: Date | null;
  releasedBy: string | null;
}

/**
 * Whatever says which recordings of a company go, or may not, waits here for its turn: a hold that was placed before a
 * recording was marked keeps it.
 */
export async function inTurn(trx: Transaction<PostgresSchema>, tenant: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(7205010, hashtext(${tenant}))`.execute(trx);
}

/** The hold that keeps a recording, NULL when none does. The one definition, for SQL over `recordings`. */
export const heldBy: RawBuilder<string | null> = sql<string | null>`(SELECT min(h.id) FROM recording_holds h
  WHERE h.tenant = recordings.tenant AND h.released_at IS NULL
    AND (h.from_at IS NULL OR recordings.started_at >= h.from_at) AND (h.to_at IS NULL OR recordings.started_at < h.to_at)
    AND CASE h.kind WHEN 'all' THEN true WHEN 'call' THEN h.value = recordings.call_id
      WHEN 'number' THEN h.value = ANY (recordings.numbers) ELSE h.value = ANY (recordings.employees) END)`;

export async function placeHold(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  hold: Pick<Hold, 'kind' | 'value' | 'from' | 'to' | 'reason'>,
): Promise<Hold> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const { kind, value, from, to, reason } = hold;
    const row = await trx
      .insertInto('recording_holds')
      .values({ tenant, kind, value, from_at: from, to_at: to, reason, by: actor.who })
      .returningAll()
      .executeTakeFirstOrThrow();
    const placed = holdOf(row);
    await noteAct(trx, tenant, { actor, act: 'recording.hold', subject: `${kind} ${value}`.trim(), after: hold });
    return placed;
  });
}

/** @returns false when no such hold stands */
export async function releaseHold(db: Kysely<PostgresSchema>, { tenant }: TenantScope, actor: Actor, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const row = await trx
      .updateTable('recording_holds')
      .set({ released_at: sql`now()`, released_by: actor.who })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('released_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (!row) return false;
    await sql`NOTIFY ${sql.raw(KEEPING_CHANNEL)}`.execute(trx);
    const { kind, value, from, to, reason } = holdOf(row);
    const before = { kind, value, from, to, reason };
    await noteAct(trx, tenant, { actor, act: 'recording.release', subject: `${kind} ${value}`.trim(), before });
    return true;
  });
}

const MOST_HOLDS = 1_000;

/** Holds of a company, those that stand first, then by their age, the newest first. */
export async function holdsOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Hold[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recording_holds')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy(sql`released_at IS NOT NULL`)
      .orderBy('id', 'desc')
      .limit(MOST_HOLDS)
      .execute(),
  );
  return rows.map(holdOf);
}

function holdOf(r: {
  id: string;
  kind: HoldKind;
  value: string;
  from_at: Date | null;
  to_at: Date | null;
  reason: string;
  by: string;
  created_at: Date;
  released_at: Date | null;
  released_by: string | null;
}): Hold {
  const { id, kind, value, reason, by } = r;
  return {
    ...{ id, kind, value, reason, by, from: r.from_at, to: r.to_at },
    ...{ createdAt: r.created_at, releasedAt: r.released_at, releasedBy: r.released_by },
  };
}
