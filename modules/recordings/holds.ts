import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { type HoldKind, KEEPING_CHANNEL, type People } from './keeping.ts';

/** What may not go, whatever the days say and whoever asks. */
export interface Hold {
  id: string;
  kind: HoldKind;
  /** id of a call, a number as calls have it, id of an employee; '' for all */
  value: string;
  /** recordings that began in [from, to); null = without an end */
  from: Date | null;
  to: Date | null;
  /** when it ends by itself; null = when somebody releases it */
  until: Date | null;
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

/** The hold that keeps what a row has at a moment, NULL when none does. The one definition, for SQL over recordings and over calls alike. */
const holding = (row: 'recordings' | 'calls', at: RawBuilder<Date>): RawBuilder<string | null> => {
  const of = (name: string) => sql.ref(`${row}.${name}`);
  return sql<string | null>`(SELECT min(h.id) FROM recording_holds h
    WHERE h.tenant = ${of('tenant')} AND h.released_at IS NULL AND (h.until IS NULL OR h.until > ${at})
      AND (h.from_at IS NULL OR ${of('started_at')} >= h.from_at) AND (h.to_at IS NULL OR ${of('started_at')} < h.to_at)
      AND CASE h.kind WHEN 'all' THEN true WHEN 'call' THEN h.value = ${of('call_id')}
        WHEN 'number' THEN h.value = ANY (${of('numbers')}) ELSE h.value = ANY (${of('employees')}) END)`;
};
const NOW = sql<Date>`now()`;
/** The hold that keeps a recording now. */
export const heldBy = holding('recordings', NOW);
/** The hold that will keep a recording then, as things stand: one that ends before does not. @param at ms */
export const heldAt = (at: number) => holding('recordings', sql<Date>`${new Date(at)}::timestamptz`);

/** A call, recorded or not. */
export interface HoldableCall extends People {
  id: string;
  /** µs since the epoch */
  startedAt: number;
}

/** Of these calls, those that no hold keeps, and none of whose recordings one keeps. */
export async function freeCalls(trx: Transaction<PostgresSchema>, tenant: string, calls: readonly HoldableCall[]): Promise<string[]> {
  const asked = calls.map(({ id, startedAt, numbers, employees }) => ({ tenant, call_id: id, started_us: startedAt, numbers, employees }));
  const { rows } = await sql<{ call_id: string }>`SELECT call_id FROM (SELECT tenant, call_id, numbers, employees,
        'epoch'::timestamptz + started_us * interval '1 microsecond' AS started_at
      FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) AS j (tenant text, call_id text, started_us bigint, numbers text[], employees text[])
    ) calls
    WHERE ${holding('calls', NOW)} IS NULL AND NOT EXISTS (SELECT 1 FROM recordings
      WHERE recordings.tenant = ${tenant} AND recordings.call_id = calls.call_id AND ${heldBy} IS NOT NULL)`.execute(trx);
  return rows.map((r) => r.call_id);
}

export async function placeHold(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  hold: Pick<Hold, 'kind' | 'value' | 'from' | 'to' | 'reason'> & { until?: Date | null },
): Promise<Hold> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const { kind, value, from, to, reason, until = null } = hold;
    const row = await trx
      .insertInto('recording_holds')
      .values({ tenant, kind, value, from_at: from, to_at: to, until, reason, by: actor.who })
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
      .where((e) => e.or([e('until', 'is', null), e('until', '>', NOW)]))
      .returningAll()
      .executeTakeFirst();
    if (!row) return false;
    await sql`NOTIFY ${sql.raw(KEEPING_CHANNEL)}`.execute(trx);
    const { kind, value, from, to, until, reason } = holdOf(row);
    const before = { kind, value, from, to, until, reason };
    await noteAct(trx, tenant, { actor, act: 'recording.release', subject: `${kind} ${value}`.trim(), before });
    return true;
  });
}

const MOST_HOLDS = 1_000;

/** Whether a hold stands: nobody released it, and it has not ended by itself. */
export function isStanding({ releasedAt, until }: Pick<Hold, 'releasedAt' | 'until'>, now: Date): boolean {
  return releasedAt === null && (until === null || until > now);
}

/** Holds of a company, those that stand first, then by their age, the newest first. */
export async function holdsOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Hold[]> {
  return asTenant(db, tenant, (trx) => readHolds(trx, tenant));
}

export async function readHolds(trx: Transaction<PostgresSchema>, tenant: string): Promise<Hold[]> {
  const rows = await trx
    .selectFrom('recording_holds')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy(sql`released_at IS NOT NULL OR coalesce(until <= now(), false)`)
    .orderBy('id', 'desc')
    .limit(MOST_HOLDS)
    .execute();
  return rows.map(holdOf);
}

function holdOf(r: {
  id: string;
  kind: HoldKind;
  value: string;
  from_at: Date | null;
  to_at: Date | null;
  until: Date | null;
  reason: string;
  by: string;
  created_at: Date;
  released_at: Date | null;
  released_by: string | null;
}): Hold {
  const { id, kind, value, reason, by } = r;
  return {
    ...{ id, kind, value, reason, by, from: r.from_at, to: r.to_at, until: r.until },
    ...{ createdAt: r.created_at, releasedAt: r.released_at, releasedBy: r.released_by },
  };
}
