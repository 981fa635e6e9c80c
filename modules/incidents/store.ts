import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import type { Incident, IncidentKind } from './kinds.ts';

/** More than a page shows: the newest. */
export const MOST_INCIDENTS = 500;
const KEPT_YEARS = 2;
/** One that comes again so soon is the same one: a part that flaps fills no table. */
const SAME_MS = 60_000;

/** Something that is watched. */
export interface Part {
  kind: IncidentKind;
  what: string;
  /** null: it is everybody's */
  tenant: string | null;
}
export interface KnownPart extends Part {
  /** ms since the epoch */
  wellAt: number;
  /** since when its incident goes on; null: it is well */
  beganAt: number | null;
}

/** Incidents that reach into [from, to), the newest first: the company's own and those of the whole platform, of which it learns no names. */
export async function incidentsOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  { from, to }: { from: number; to: number },
  now: number,
): Promise<Incident[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('incidents')
      .selectAll()
      .where((eb) => eb.or([eb('tenant', 'is', null), eb('tenant', '=', tenant)]))
      .where('began_at', '<', new Date(Math.min(to, now)))
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', new Date(from))]))
      .orderBy('began_at', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_INCIDENTS)
      .execute(),
  );
  return rows.map((row) => ({
    kind: row.kind,
    scope: row.tenant === null ? 'platform' : 'company',
    what: row.tenant === null ? '' : row.what,
    from: row.began_at.getTime(),
    to: row.ended_at?.getTime() ?? null,
  }));
}

/** What was watched before, with the incidents that go on. */
export async function knownParts(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<KnownPart[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('watched_parts as p')
      .leftJoin('incidents as i', (join) => join.onRef('i.kind', '=', 'p.kind').onRef('i.what', '=', 'p.what').on('i.ended_at', 'is', null))
      .select(['p.kind', 'p.what', 'p.tenant', 'p.well_at', 'i.began_at'])
      .execute(),
  );
  return rows.map(({ kind, what, tenant, well_at, began_at }) => ({
    ...{ kind, what, tenant, wellAt: well_at.getTime(), beganAt: began_at?.getTime() ?? null },
  }));
}

/** @param parts those that are well */
export async function noteWell(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  parts: readonly (Part & { wellAt: number })[],
): Promise<void> {
  if (parts.length === 0) return;
  await asOperator(db, (trx) =>
    trx
      .insertInto('watched_parts')
      .values(parts.map(({ kind, what, tenant, wellAt }) => ({ kind, what, tenant, well_at: new Date(wellAt) })))
      .onConflict((c) =>
        c.columns(['kind', 'what']).doUpdateSet((eb) => ({ well_at: eb.ref('excluded.well_at'), tenant: eb.ref('excluded.tenant') })),
      )
      .execute(),
  );
}

/** Nobody watches it any more. */
export async function forgetPart(db: Kysely<PostgresSchema>, _scope: OperatorScope, { kind, what }: Part): Promise<void> {
  await asOperator(db, (trx) => trx.deleteFrom('watched_parts').where('kind', '=', kind).where('what', '=', what).execute());
}

/**
 * An incident, or more of one: what is not a minute away from another of the same part makes that one longer. Noted again it changes nothing.
 * @param to null: it goes on
 */
export async function noteIncident(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  { kind, what, tenant }: Part,
  from: number,
  to: number | null,
): Promise<void> {
  await asOperator(db, async (trx) => {
    const last = await trx
      .selectFrom('incidents')
      .select(['id', 'ended_at', 'began_at'])
      .where('kind', '=', kind)
      .where('what', '=', what)
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>=', new Date(from - SAME_MS))]))
      .where('began_at', '<=', new Date((to ?? from) + SAME_MS))
      .orderBy('began_at', 'desc')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    if (last === undefined) {
      await trx
        .insertInto('incidents')
        .values({ kind, what, tenant, began_at: new Date(from), ended_at: to === null ? null : new Date(to) })
        .execute();
      return;
    }
    const ended_at = to === null ? null : new Date(Math.max(to, last.began_at.getTime(), last.ended_at?.getTime() ?? 0));
    await trx
      .updateTable('incidents')
      .set({ ended_at, began_at: new Date(Math.min(from, last.began_at.getTime())) })
      .where('id', '=', last.id)
      .execute();
  });
}

export async function forgetOldIncidents(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<void> {
  await asOperator(db, (trx) => sql`delete from incidents where ended_at < now() - make_interval(years => ${KEPT_YEARS})`.execute(trx));
}

/** Whose a trunk is, and by which account it registers; of the trunks in use. */
export async function trunksInUse(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
): Promise<{ id: string; tenant: string | null; aor: string | null }[]> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ id: string; tenant: string | null; aor: string | null }>`
      select id, tenant, case kind when 'registration' then format('sip:%s@%s', username, host) end as aor from pbx_trunks where active`.execute(
      trx,
    ),
  );
  return rows;
}
