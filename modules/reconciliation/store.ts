import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { CAUSES, type Cause, type Finding, type Findings } from './causes.ts';
import type { ReconciliationState } from './schema.ts';

/** Wakes whoever does it (LISTEN). */
export const RECONCILIATION_CHANNEL = 'callscope_reconciliation';
const KEPT_DAYS = 400;
/** A day that somebody has been at for so long has lost its worker. */
const LOST_HOURS = 2;

export interface Reconciliation {
  /** yyyy-mm-dd, UTC */
  day: string;
  state: ReconciliationState;
  /** ms since the epoch */
  askedAt: number;
  finishedAt: number | null;
  failure: string;
  /** whether the packets of that day were still there */
  hasCapture: boolean;
  compared: Record<string, number>;
  found: Partial<Record<Cause, number>>;
}

const COLUMNS = [
  sql<string>`to_char(day, 'YYYY-MM-DD')`.as('date'),
  'state' as const,
  'asked_at' as const,
  'finished_at' as const,
  'failure' as const,
  'has_capture' as const,
  'compared' as const,
  'found' as const,
];

/** Days that were reconciled or wait for it, the newest first. */
export async function reconciledDays(db: Kysely<PostgresSchema>, _scope: OperatorScope, limit: number): Promise<Reconciliation[]> {
  const rows = await asOperator(db, (trx) =>
    trx.selectFrom('reconciliations').select(COLUMNS).orderBy('day', 'desc').limit(limit).execute(),
  );
  return rows.map((row) => ({
    ...{ day: row.date, state: row.state, failure: row.failure, hasCapture: row.has_capture, compared: row.compared, found: row.found },
    ...{ askedAt: row.asked_at.getTime(), finishedAt: row.finished_at?.getTime() ?? null },
  }));
}

/** What was found on a day, in the order of causes. */
export async function findingsOf(db: Kysely<PostgresSchema>, _scope: OperatorScope, day: string): Promise<Finding[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('reconciliation_findings')
      .selectAll()
      .where('day', '=', sql<Date>`${day}::date`)
      .orderBy('cause')
      .orderBy('place')
      .execute(),
  );
  return rows
    .map((r) => ({ cause: r.cause, tenant: r.tenant, callId: r.call_id, at: r.at?.getTime() ?? null, detail: r.detail }))
    .sort((a, b) => CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause));
}

/** Puts a day in line, also one that was done. @param isAgain false: only one that nobody has asked for yet */
export async function askFor(db: Kysely<PostgresSchema>, _scope: OperatorScope, day: string, isAgain: boolean): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .insertInto('reconciliations')
      .values({ day, state: 'waiting' })
      .onConflict((c) =>
        isAgain
          ? c.column('day').doUpdateSet({ state: 'waiting', asked_at: new Date() }).where('reconciliations.state', 'in', ['done', 'failed'])
          : c.doNothing(),
      )
      .execute(),
  );
}

/** Takes the day that has waited for longest, or one whose worker died. @returns null when none waits */
export async function takeDay(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<string | null> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ day: string }>`
      UPDATE reconciliations SET state = 'working', begun_at = now()
      WHERE day = (SELECT day FROM reconciliations
                   WHERE state = 'waiting' OR state = 'working' AND begun_at < now() - make_interval(hours => ${LOST_HOURS})
                   ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING to_char(day, 'YYYY-MM-DD') AS day`.execute(trx),
  );
  return rows[0]?.day ?? null;
}

/** What a day brought, in place of what it brought before. */
export async function finishDay(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  day: string,
  { findings, compared, hasCapture }: { findings: Findings; compared: Record<string, number>; hasCapture: boolean },
): Promise<void> {
  await asOperator(db, async (trx) => {
    await trx.deleteFrom('reconciliation_findings').where('day', '=', sql<Date>`${day}::date`).execute();
    const rows = findings.list.map((f, place) => ({
      ...{ day, place, cause: f.cause, tenant: f.tenant, call_id: f.callId, detail: f.detail },
      at: f.at === null ? null : new Date(f.at),
    }));
    if (rows.length > 0) await trx.insertInto('reconciliation_findings').values(rows).execute();
    await trx
      .updateTable('reconciliations')
      .set({
        ...{ state: 'done', finished_at: new Date(), failure: '', has_capture: hasCapture },
        ...{ compared: JSON.stringify(compared), found: JSON.stringify(findings.counts) },
      })
      .where('day', '=', sql<Date>`${day}::date`)
      // asked for anew meanwhile: it is done once more
      .where('state', '=', 'working')
      .execute();
  });
}

export async function failDay(db: Kysely<PostgresSchema>, _scope: OperatorScope, day: string, why: string): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .updateTable('reconciliations')
      .set({ state: 'failed', finished_at: new Date(), failure: why })
      .where('day', '=', sql<Date>`${day}::date`)
      .where('state', '=', 'working')
      .execute(),
  );
}

export async function forgetDays(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<void> {
  await asOperator(db, (trx) => sql`DELETE FROM reconciliations WHERE day < current_date - ${KEPT_DAYS}::integer`.execute(trx));
}

/** Accounting rows of the edges, as far as they lie in this database, of calls that began in [from, to), ms: a page by id. */
export async function accountingRows(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  { from, to, after, limit }: { from: number; to: number; after: string; limit: number },
): Promise<{ id: string; callId: string; tenant: string; at: number; isConfirmed: boolean }[]> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ id: string; callid: string; tenant: string | null; written_at: Date; confirmed: boolean }>`
      SELECT id::text, callid, tenant, written_at, confirmed_at IS NOT NULL AS confirmed FROM edge.acc
      WHERE method = 'INVITE' AND id > ${after}::bigint AND written_at >= ${new Date(from)} AND written_at < ${new Date(to)}
      ORDER BY edge.acc.id LIMIT ${limit}`.execute(trx),
  );
  return rows.map((r) => ({
    ...{ id: r.id, callId: r.callid, tenant: r.tenant ?? '', at: r.written_at.getTime(), isConfirmed: r.confirmed },
  }));
}

/** Recordings of a company whose objects lie under a prefix, by key: all that name one, whether they can be heard or not. */
export async function recordingsUnder(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  tenant: string,
  prefix: string,
): Promise<{ key: string; callId: string; status: string; bytes: number; at: number | null }[]> {
  const { rows } = await asOperator(db, (trx) =>
    sql<{ object_key: string; call_id: string; status: string; bytes: string | null; started_at: Date | null }>`
      SELECT object_key, call_id, status, bytes, started_at FROM recordings
      WHERE tenant = ${tenant} AND object_key COLLATE "C" >= ${prefix} AND object_key COLLATE "C" < ${`${prefix}\u{ff}`}
      ORDER BY object_key COLLATE "C"`.execute(trx),
  );
  return rows.map((r) => ({
    ...{ key: r.object_key, callId: r.call_id, status: r.status, bytes: Number(r.bytes ?? 0), at: r.started_at?.getTime() ?? null },
  }));
}
