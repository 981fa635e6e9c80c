import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import type { WrappedKey } from '@callscope/core/node/objects/master-keys.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { type Line, saidIn } from './lines.ts';

/** Nobody else takes a recording that was taken for so long; after that whoever took it has died. */
const LEASE_MINUTES = 30;

/** The service of a company, as its jobs ask it. */
export interface SpeechService {
  address: string;
  model: string;
  language: string;
  key: WrappedKey | null;
}

/** One segment to be written down. */
export interface Waiting {
  tenant: string;
  callId: string;
  segment: string;
  /** tries with this one */
  tries: number;
  service: SpeechService;
  object: { key: string; bytes: number };
  seconds: number;
  /** a side that was silent all the time need not be heard */
  silent: { left: boolean; right: boolean };
}

/** The company that waits longest for its turn. It gets one recording a turn, so that one with a hundred thousand delays nobody. @returns null: nobody waits */
export async function nextCompany(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<string | null> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ tenant: string }>`UPDATE transcription SET served_at = clock_timestamp()
      WHERE tenant = (
        SELECT tenant FROM transcription t
        WHERE address <> '' AND paused_until <= now()
          AND EXISTS (SELECT FROM transcripts w WHERE w.tenant = t.tenant AND w.status = 'waiting' AND w.next_at <= now())
        ORDER BY served_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING tenant`.execute(trx);
    return rows[0]?.tenant ?? null;
  });
}

/** Takes the oldest of a company's recordings that are due. @returns null: another took it */
export async function takeWaiting(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Waiting | null> {
  return asTenant(db, tenant, async (trx) => {
    // materialized: a subquery with LIMIT and locks may be run anew for each row, and take more than one
    const { rows } = await sql<{ call_id: string; segment: string; tries: number }>`
      WITH next AS MATERIALIZED (
        SELECT call_id, segment FROM transcripts
        WHERE tenant = ${tenant} AND status = 'waiting' AND next_at <= now()
        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE transcripts t SET tries = t.tries + 1, next_at = now() + make_interval(mins => ${LEASE_MINUTES})
      FROM next WHERE t.tenant = ${tenant} AND t.call_id = next.call_id AND t.segment = next.segment
      RETURNING t.call_id, t.segment, t.tries`.execute(trx);
    const [taken] = rows;
    if (!taken) return null;
    const service = await trx.selectFrom('transcription').selectAll().where('tenant', '=', tenant).executeTakeFirst();
    const recording = await trx
      .selectFrom('recordings')
      .select(['object_key', 'bytes', 'seconds', 'talk'])
      .where('tenant', '=', tenant)
      .where('call_id', '=', taken.call_id)
      .where('segment', '=', taken.segment)
      .where('status', '=', 'ready')
      .executeTakeFirst();
    if (!service || !recording || recording.object_key === null) return null;
    const talk = recording.talk as { left?: { isSilent?: boolean }; right?: { isSilent?: boolean } } | null;
    const { address, model, language, key_master: master, key_wrapped: wrapped } = service;
    return {
      ...{ tenant, callId: taken.call_id, segment: taken.segment, tries: taken.tries },
      service: { address, model, language, key: master === null || wrapped === null ? null : { master, wrapped } },
      object: { key: recording.object_key, bytes: Number(recording.bytes) },
      seconds: Number(recording.seconds),
      silent: { left: talk?.left?.isSilent ?? false, right: talk?.right?.isSilent ?? false },
    };
  });
}

type Of = Pick<Waiting, 'callId' | 'segment'>;

/** What was said. Nothing is kept of a recording that went meanwhile: its row is not there any more. */
export async function saveLines(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  { callId, segment }: Of,
  model: string,
  lines: readonly Line[],
): Promise<void> {
  await asTenant(db, tenant, async (trx) => {
    await trx
      .updateTable('transcripts')
      .set({ status: 'ready', fault: '', lines: JSON.stringify(lines), said: saidIn(lines), model, made_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('segment', '=', segment)
      .execute();
    await trx.updateTable('transcription').set({ fault: '' }).where('tenant', '=', tenant).where('fault', '!=', '').execute();
  });
}

/** It is not tried again by itself. */
export async function giveUp(db: Kysely<PostgresSchema>, { tenant }: TenantScope, of: Of, fault: string): Promise<void> {
  await change(db, tenant, of, { status: 'failed', fault });
}

/** It is tried again after a while. */
export async function tryLater(db: Kysely<PostgresSchema>, { tenant }: TenantScope, of: Of, fault: string, seconds: number): Promise<void> {
  await change(db, tenant, of, { fault, next_at: sql<Date>`now() + make_interval(secs => ${seconds})` });
}

/** The service itself is not to be had, or refuses us: nothing of the company is tried for a while, and this one not counted as a try. */
export async function pauseService(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  of: Of,
  fault: string,
  seconds: number,
): Promise<void> {
  await change(db, tenant, of, { fault, next_at: sql<Date>`now()`, tries: sql<number>`greatest(tries - 1, 0)` });
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('transcription')
      .set({ fault: fault.slice(0, 500), paused_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
      .where('tenant', '=', tenant)
      .execute(),
  );
}

async function change(
  db: Kysely<PostgresSchema>,
  tenant: string,
  { callId, segment }: Of,
  set: { fault: string; status?: 'failed'; next_at?: ReturnType<typeof sql<Date>>; tries?: ReturnType<typeof sql<number>> },
): Promise<void> {
  await asTenant(db, tenant, (trx) =>
    trx
      .updateTable('transcripts')
      .set({ ...set, fault: set.fault.slice(0, 500) })
      .where('tenant', '=', tenant)
      .where('call_id', '=', callId)
      .where('segment', '=', segment)
      .where('status', '=', 'waiting')
      .execute(),
  );
}
