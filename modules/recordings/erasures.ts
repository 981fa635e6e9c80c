import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { eraseBeside } from './beside.ts';
import { freeCalls, type HoldableCall, heldBy, inTurn } from './holds.ts';
import { KEEPING_CHANNEL, NO_WAVEFORM, type People } from './keeping.ts';
import { refreshPeople } from './leaving.ts';

/** Recordings of a number that somebody asked to have erased. The calls stay: only what was said goes. */
export interface Erasure {
  id: string;
  /** as calls have it */
  number: string;
  reason: string;
  by: string;
  askedAt: Date;
  finishedAt: Date | null;
  /** calls of the number that were looked through so far */
  calls: number;
  erased: number;
  held: number;
  /** of what was erased */
  seconds: number;
  /** what went beside recordings, by kind */
  others: Record<string, number>;
}

/** Where an erasure has come to: the last call that was looked through. µs since the epoch */
export interface ErasureWork {
  id: string;
  tenant: string;
  number: string;
  /** ms: calls that began later are none of its business */
  askedAt: number;
  done: { startedAt: number; callId: string };
}

export async function askErasure(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  number: string,
  reason: string,
): Promise<string> {
  return asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const { id } = await trx
      .insertInto('recording_erasures')
      .values({ tenant, number, reason, by: actor.who })
      .returning('id')
      .executeTakeFirstOrThrow();
    await noteAct(trx, tenant, { actor, act: 'recording.erase', subject: number, after: { erasure: id, reason } });
    await sql`NOTIFY ${sql.raw(KEEPING_CHANNEL)}`.execute(trx);
    return id;
  });
}

/** What erasing a number would take away now: recordings in which it took part, and those of them that a hold keeps. */
export async function erasableOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  number: string,
): Promise<{ recordings: number; held: number; seconds: number }> {
  const { rows } = await asTenant(db, tenant, (trx) =>
    sql<{ recordings: string; held: string; seconds: string | null }>`SELECT count(*) AS recordings, count(hold) AS held,
        sum(seconds) FILTER (WHERE hold IS NULL) AS seconds
      FROM (SELECT seconds, ${heldBy} AS hold FROM recordings
        WHERE tenant = ${tenant} AND status = 'ready' AND numbers @> ARRAY[${number}]::text[]) found`.execute(trx),
  );
  const [found] = rows;
  return { recordings: Number(found?.recordings ?? 0), held: Number(found?.held ?? 0), seconds: Number(found?.seconds ?? 0) };
}

/**
 * Erases a recording that was still being made when somebody asked for its number's to be erased. Its file is in the archive by
 * then, and goes as any other. @param call whose recordings were just written
 */
export async function eraseIfAsked(
  trx: Transaction<PostgresSchema>,
  tenant: string,
  callId: string,
  { numbers, startedAt }: Pick<People, 'numbers'> & { startedAt: number },
): Promise<void> {
  if (numbers.length === 0) return;
  const asked = await trx
    .selectFrom('recording_erasures')
    .select('id')
    .where('tenant', '=', tenant)
    .where('number', 'in', numbers)
    .where('asked_at', '>', new Date(startedAt / 1_000))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (asked) await erase(trx, tenant, asked.id, [callId]);
}

/**
 * Writes each recording of these calls into the report, and erases what nothing holds. One that a hold kept when it was met
 * first, and that is erased now, is said to be erased.
 */
async function erase(trx: Transaction<PostgresSchema>, tenant: string, erasure: string, callIds: readonly string[]): Promise<void> {
  const { numAffectedRows } =
    await sql`INSERT INTO recording_erasure_lines (tenant, erasure, call_id, segment, hold, started_at, seconds, sha256)
    SELECT tenant, ${erasure}::bigint, call_id, segment, ${heldBy}, started_at, seconds, sha256 FROM recordings
    WHERE tenant = ${tenant} AND call_id = ANY (${callIds}::text[]) AND status = 'ready'
    ON CONFLICT (tenant, erasure, call_id, segment) DO UPDATE SET hold = excluded.hold
      WHERE recording_erasure_lines.hold IS DISTINCT FROM excluded.hold AND recording_erasure_lines.hold IS NOT NULL`.execute(trx);
  // a signed report does not say it yet
  if (numAffectedRows !== 0n) await trx.updateTable('recording_erasures').set({ unsigned: true }).where('id', '=', erasure).execute();
  await trx
    .updateTable('recordings')
    .set({ status: 'erased', reason: 'erased', ...NO_WAVEFORM, updated_at: sql`now()` })
    .where('tenant', '=', tenant)
    .where('call_id', 'in', callIds)
    .where('status', '=', 'ready')
    .where(heldBy, 'is', null)
    .execute();
}

/** An erasure that is looked through again so long: revised calls come within it, and recorders that were held up. */
const AGAIN_DAYS = 30;
/** How much older than the question a call may be that is revised after it. */
const REVISED_MS = 4 * 86_400_000;

/**
 * The next finished erasure whose number may have come into a call since: a revision adds legs. Those that began within the last days
 * before it was asked are looked through again. Null: none is due. @param before ms, when it was looked at last
 */
export async function erasureToLookAgain(db: Kysely<PostgresSchema>, _scope: OperatorScope, before: number): Promise<ErasureWork | null> {
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('recording_erasures')
      .select(['id', 'tenant', 'number', 'asked_at'])
      .where('finished_at', '>', sql<Date>`now() - make_interval(days => ${AGAIN_DAYS})`)
      .where((e) => e.or([e('looked_at', 'is', null), e('looked_at', '<', new Date(before))]))
      .orderBy('id')
      .limit(1)
      .executeTakeFirst(),
  );
  if (!row) return null;
  const askedAt = row.asked_at.getTime();
  return { id: row.id, tenant: row.tenant, number: row.number, askedAt, done: { startedAt: (askedAt - REVISED_MS) * 1_000, callId: '' } };
}

/**
 * Erases those of these calls that have a recording which the erasure has not met. What it met before is left: a hold was released, or
 * somebody has written of the call since. @param calls the next ones after `work.done` @returns where it has come to; null: through
 */
export async function eraseAgain(
  db: Kysely<PostgresSchema>,
  work: ErasureWork,
  calls: readonly HoldableCall[],
): Promise<ErasureWork | null> {
  const { tenant, id } = work;
  const last = calls.at(-1);
  await asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    if (last === undefined) {
      await trx.updateTable('recording_erasures').set({ looked_at: sql`now()` }).where('id', '=', id).execute();
      return;
    }
    const { rows } = await sql<{ call_id: string }>`SELECT DISTINCT call_id FROM recordings r
      WHERE tenant = ${tenant} AND call_id = ANY (${calls.map((call) => call.id)}::text[]) AND status = 'ready'
        AND NOT EXISTS (SELECT 1 FROM recording_erasure_lines l WHERE l.tenant = r.tenant AND l.erasure = ${id}::bigint
          AND l.call_id = r.call_id AND l.segment = r.segment)`.execute(trx);
    const unmet = new Set(rows.map((row) => row.call_id));
    const late = calls.filter((call) => unmet.has(call.id));
    if (late.length > 0) await eraseCalls(trx, work, late);
  });
  return last ? { ...work, done: { startedAt: last.startedAt, callId: last.id } } : null;
}

/** The oldest erasure that is not finished, null: none. */
export async function waitingErasure(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<ErasureWork | null> {
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('recording_erasures')
      .select(['id', 'tenant', 'number', 'asked_at', 'done_start', 'done_call'])
      .where('finished_at', 'is', null)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst(),
  );
  if (!row) return null;
  const { id, tenant, number } = row;
  return { id, tenant, number, askedAt: row.asked_at.getTime(), done: { startedAt: Number(row.done_start), callId: row.done_call } };
}

/**
 * Erases the recordings of these calls, and writes down each one that it met: what is held stays and says by what.
 * @param calls the next ones after `work.done`; none: the erasure is finished
 */
export async function eraseNext(db: Kysely<PostgresSchema>, work: ErasureWork, calls: readonly HoldableCall[]): Promise<void> {
  const { tenant, id } = work;
  await asTenant(db, tenant, async (trx) => {
    await inTurn(trx, tenant);
    const last = calls.at(-1);
    if (last === undefined) {
      await trx.updateTable('recording_erasures').set({ finished_at: sql`now()`, looked_at: sql`now()` }).where('id', '=', id).execute();
      return;
    }
    await eraseCalls(trx, work, calls);
    await trx
      .updateTable('recording_erasures')
      .set({ done_start: String(last.startedAt), done_call: last.id, calls: sql`calls + ${calls.length}` })
      .where('id', '=', id)
      .execute();
  });
}

/** What stands beside recordings of these calls, where nothing holds the call, and then the recordings. */
async function eraseCalls(trx: Transaction<PostgresSchema>, { tenant, id }: ErasureWork, calls: readonly HoldableCall[]): Promise<void> {
  await refreshPeople(trx, tenant, new Map(calls.map((call) => [call.id, call])));
  // before recordings: words that were written down go with them, and would not be counted
  const gone = await eraseBeside(trx, tenant, await freeCalls(trx, tenant, calls));
  await erase(
    trx,
    tenant,
    id,
    calls.map((call) => call.id),
  );
  if (Object.keys(gone).length === 0) return;
  const { others } = await trx.selectFrom('recording_erasures').select('others').where('id', '=', id).executeTakeFirstOrThrow();
  const sum = { ...others };
  for (const [kind, n] of Object.entries(gone)) sum[kind] = (sum[kind] ?? 0) + n;
  await trx
    .updateTable('recording_erasures')
    .set({ others: JSON.stringify(sum), unsigned: true })
    .where('id', '=', id)
    .execute();
}

const MOST_ERASURES = 500;

/** Erasures of a company, the newest first. @param id only this one */
export async function erasuresOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, id?: string): Promise<Erasure[]> {
  const { rows } = await asTenant(db, tenant, (trx) =>
    sql<{
      id: string;
      number: string;
      reason: string;
      by: string;
      asked_at: Date;
      finished_at: Date | null;
      calls: number;
      erased: string;
      held: string;
      seconds: string | null;
      others: Record<string, number>;
    }>`SELECT e.id, e.number, e.others, e.reason, e.by, e.asked_at, e.finished_at, e.calls, count(l.call_id) FILTER (WHERE l.hold IS NULL) AS erased,
        count(l.call_id) FILTER (WHERE l.hold IS NOT NULL) AS held, sum(l.seconds) FILTER (WHERE l.hold IS NULL) AS seconds
      FROM recording_erasures e LEFT JOIN recording_erasure_lines l ON l.tenant = e.tenant AND l.erasure = e.id
      WHERE e.tenant = ${tenant} AND (${id ?? null}::bigint IS NULL OR e.id = ${id ?? null}::bigint)
      GROUP BY e.id ORDER BY e.id DESC LIMIT ${MOST_ERASURES}`.execute(trx),
  );
  return rows.map((r) => ({
    ...{ id: r.id, number: r.number, reason: r.reason, by: r.by, askedAt: r.asked_at, finishedAt: r.finished_at, calls: r.calls },
    ...{ erased: Number(r.erased), held: Number(r.held), seconds: Number(r.seconds ?? 0), others: r.others },
  }));
}

/** A line of the report: a recording that was erased, or that a hold kept. */
export interface ErasureLine {
  callId: string;
  segment: string;
  hold: string | null;
  startedAt: Date | null;
  seconds: number | null;
  /** of the audio that was kept, hex: tells which file it was */
  sha256: string | null;
}

export async function linesOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  id: string,
  after: number,
  most: number,
): Promise<ErasureLine[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('recording_erasure_lines')
      .select(['call_id', 'segment', 'hold', 'started_at', 'seconds', 'sha256'])
      .where('tenant', '=', tenant)
      .where('erasure', '=', id)
      .orderBy('started_at')
      .orderBy('call_id')
      .orderBy('segment')
      .offset(after)
      .limit(most)
      .execute(),
  );
  return rows.map((r) => ({
    ...{ callId: r.call_id, segment: r.segment, hold: r.hold, startedAt: r.started_at },
    ...{ seconds: r.seconds === null ? null : Number(r.seconds), sha256: r.sha256 },
  }));
}
