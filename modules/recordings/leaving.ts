import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { heldAt, heldBy, inTurn } from './holds.ts';
import { KEEP_DAYS, KEEPING_CHANNEL, NO_WAVEFORM, type People } from './keeping.ts';

const DAY_MS = 86_400_000;

/** How many days a company keeps its recordings; null = for good. */
export async function keepDaysOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<number | null> {
  const row = await asTenant(db, tenant, (trx) =>
    trx.selectFrom('recording_keeping').select('keep_days').where('tenant', '=', tenant).executeTakeFirst(),
  );
  return row ? row.keep_days : KEEP_DAYS;
}

export async function setKeepDays(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  keepDays: number | null,
): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const before = await trx.selectFrom('recording_keeping').select('keep_days').where('tenant', '=', tenant).executeTakeFirst();
    await trx
      .insertInto('recording_keeping')
      .values({ tenant, keep_days: keepDays })
      .onConflict((c) => c.column('tenant').doUpdateSet({ keep_days: keepDays, updated_at: sql`now()` }))
      .execute();
    await sql`NOTIFY ${sql.raw(KEEPING_CHANNEL)}`.execute(trx);
    const was = before ? before.keep_days : KEEP_DAYS;
    await noteAct(trx, tenant, { actor, act: 'recording.retention', subject: '', before: { keepDays: was }, after: { keepDays } });
  });
}

/** A day's recordings that go, in the company's zone, or that a hold keeps. */
export interface LeavingDay {
  /** yyyy-mm-dd on which they were made */
  day: string;
  goes: number;
  held: number;
  seconds: number;
  bytes: number;
}

/** Days that an answer names one by one; older ones are one line, the first. */
const MOST_DAYS = 400;

/**
 * What would be gone at a moment if recordings were kept for so many days: all that is ready, made before, and what of it a hold keeps.
 * @param at ms @returns days from the oldest on
 */
export async function leavingBy(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  keepDays: number | null,
  zone: string,
  at: number,
): Promise<LeavingDay[]> {
  if (keepDays === null) return [];
  const { rows } = await asTenant(db, tenant, (trx) =>
    sql<{ day: string; goes: string; held: string; seconds: string | null; bytes: string | null }>`
      SELECT greatest(day, (SELECT (max(started_at) AT TIME ZONE ${zone})::date - ${MOST_DAYS}::int FROM recordings
          WHERE tenant = ${tenant} AND status = 'ready' AND started_at < ${cutoff(keepDays, at)}))::text AS day,
        count(*) FILTER (WHERE hold IS NULL) AS goes, count(*) FILTER (WHERE hold IS NOT NULL) AS held,
        sum(seconds) FILTER (WHERE hold IS NULL) AS seconds, sum(bytes) FILTER (WHERE hold IS NULL) AS bytes
      FROM (SELECT (started_at AT TIME ZONE ${zone})::date AS day, seconds, bytes, ${heldAt(at)} AS hold FROM recordings
        WHERE tenant = ${tenant} AND status = 'ready' AND started_at < ${cutoff(keepDays, at)}) due
      GROUP BY 1 ORDER BY 1`.execute(trx),
  );
  return rows.map((r) => ({
    ...{ day: r.day, goes: Number(r.goes), held: Number(r.held) },
    ...{ seconds: Number(r.seconds ?? 0), bytes: Number(r.bytes ?? 0) },
  }));
}

const cutoff = (keepDays: number, at: number) => new Date(at - keepDays * DAY_MS);

/** Every company: each may have recordings that are due. */
export async function companiesKeeping(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<string[]> {
  const rows = await asOperator(db, (trx) => trx.selectFrom('tenants').select('id').orderBy('id').execute());
  return rows.map((r) => r.id);
}

/** Changes whenever a company keeps its recordings otherwise, or a hold is released: something may be due then. */
export async function keepingChange(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<string> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ change: string | null }>`SELECT greatest((SELECT max(updated_at) FROM recording_keeping),
      (SELECT max(released_at) FROM recording_holds))::text AS change`.execute(trx),
  );
  return rows[0]?.change ?? '';
}

/** Companies of which files are to go. */
export async function companiesLeaving(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<string[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('recordings')
      .select('tenant')
      .distinct()
      .where('status', 'in', ['expired', 'erased'])
      .where('object_key', 'is not', null)
      .execute(),
  );
  return rows.map((r) => r.tenant);
}

export interface Due {
  callId: string;
  segment: string;
  /** ms */
  startedAt: number;
}

/** The next recordings that are older than the company keeps them and that nobody holds, the oldest first. @param now ms */
export async function dueOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  keepDays: number,
  now: number,
  most: number,
): Promise<Due[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['call_id', 'segment', 'started_at'])
      .where('tenant', '=', tenant)
      .where('status', '=', 'ready')
      .where('started_at', '<', cutoff(keepDays, now))
      .where(heldBy, 'is', null)
      .orderBy('started_at')
      .limit(most)
      .execute(),
  );
  return rows.map((r) => ({ callId: r.call_id, segment: r.segment, startedAt: (r.started_at as Date).getTime() }));
}

/**
 * Marks recordings as expired: from then on nobody hears them, and their files go. Who took part is looked at anew, since holds ask
 * for it: a call may have been revised after its recording was made.
 * @param people of calls; one that is not there is taken as it was written
 * @param now ms @returns how many; fewer than were due when a hold was placed meanwhile, or a longer term
 */
export async function markExpired(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  due: readonly Due[],
  people: ReadonlyMap<string, People>,
  now: number,
): Promise<number> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    // somebody may have said meanwhile that they are kept longer
    const term = await trx.selectFrom('recording_keeping').select('keep_days').where('tenant', '=', tenant).executeTakeFirst();
    const keepDays = term ? term.keep_days : KEEP_DAYS;
    if (keepDays === null) return 0;
    await refreshPeople(trx, tenant, people);
    const marked = await trx
      .updateTable('recordings')
      .set({ status: 'expired', reason: 'expired', ...NO_WAVEFORM, updated_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('status', '=', 'ready')
      .where('started_at', '<', cutoff(keepDays, now))
      .where(
        sql<string>`(call_id, segment)`,
        'in',
        sql<string>`(SELECT * FROM unnest(${due.map((d) => d.callId)}::text[], ${due.map((d) => d.segment)}::text[]))`,
      )
      .where(heldBy, 'is', null)
      .returning('started_at')
      .execute();
    if (marked.length === 0) return 0;
    const times = marked.map((r) => (r.started_at as Date).toISOString()).sort();
    const after = { recordings: marked.length, from: times[0], to: times.at(-1) };
    await noteAct(trx, tenant, { actor, act: 'recording.expire', subject: '', after });
    return marked.length;
  });
}

/** Writes who took part in calls to their recordings, where it has changed. */
export async function refreshPeople(trx: Transaction<PostgresSchema>, tenant: string, people: ReadonlyMap<string, People>): Promise<void> {
  if (people.size === 0) return;
  const rows = [...people].map(([call_id, { numbers, employees }]) => ({ call_id, numbers, employees }));
  await sql`UPDATE recordings SET numbers = p.numbers, employees = p.employees
    FROM (SELECT j ->> 'call_id' AS call_id, ARRAY(SELECT jsonb_array_elements_text(j -> 'numbers')) AS numbers,
        ARRAY(SELECT jsonb_array_elements_text(j -> 'employees')) AS employees
      FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) j) p
    WHERE recordings.tenant = ${tenant} AND recordings.call_id = p.call_id
      AND (recordings.numbers, recordings.employees) IS DISTINCT FROM (p.numbers, p.employees)`.execute(trx);
}

export interface Leaving {
  callId: string;
  segment: string;
  key: string;
}

/** Recordings whose row says that they are gone and whose file is still there. */
export async function leavingFiles(db: Kysely<PostgresSchema>, { tenant }: TenantScope, most: number): Promise<Leaving[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recordings')
      .select(['call_id', 'segment', 'object_key'])
      .where('tenant', '=', tenant)
      .where('status', 'in', ['expired', 'erased'])
      .where('object_key', 'is not', null)
      .orderBy('updated_at')
      .limit(most)
      .execute(),
  );
  return rows.map((r) => ({ callId: r.call_id, segment: r.segment, key: r.object_key as string }));
}

/** A file that could not be removed: the others come first when it is tried again. */
export async function noteStuck(db: Kysely<PostgresSchema>, { tenant }: TenantScope, { callId, segment }: Leaving): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('recordings')
      .set({ updated_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('segment', '=', segment)
      .where('status', 'in', ['expired', 'erased'])
      .execute(),
  );
}

/** The file is gone: nothing names it any more. */
export async function noteGone(db: Kysely<PostgresSchema>, { tenant }: TenantScope, { callId, segment }: Leaving): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('recordings')
      .set({ object_key: null, bytes: null, updated_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('segment', '=', segment)
      .where('status', 'in', ['expired', 'erased'])
      .execute(),
  );
}
