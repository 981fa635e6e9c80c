import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type UpdateObject } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { personCaller } from '../access/sessions.ts';
import { tokenCaller } from '../access/tokens.ts';
import type { PostgresSchema } from '../schema.ts';
import type { ExportFormat, ExportQuestion } from './forms.ts';
import { againAfter, MOST_TRIES } from './rules.ts';
import type { ExportFault, ExportLetter } from './schema.ts';

type Db = Kysely<PostgresSchema>;

/** Whoever makes a file says so each second; when nothing was said for so long, they have died. */
export const LEASE_SECONDS = 20;
/** Between tries of a letter, seconds; after the last it has failed. */
const LETTER_AGAIN_SECONDS = [60, 300, 1_800, 7_200] as const;
/** Nobody else takes a letter that was taken for so long. */
const LETTER_LEASE_MINUTES = 5;

/** A file that is to be made, by whoever took it: the number of the try tells them from whoever takes it after them. */
export interface TakenExport {
  tenant: string;
  id: string;
  tries: number;
  by: 'person' | 'token';
  maker: string;
  question: ExportQuestion;
  format: ExportFormat;
  askedAt: Date;
  /** where a try before left its half; null: nowhere */
  left: string | null;
}
type Try = Pick<TakenExport, 'tenant' | 'id' | 'tries'>;

/**
 * Takes the file that comes next: one whose maker has died, else the first in line of those whose person has none in the making.
 * @returns null: nothing is to be made
 */
export function takeExport(db: Db, _scope: OperatorScope): Promise<TakenExport | null> {
  return asOperator(db, async (trx) => {
    // one after the other: two takers at once could begin two of one person
    await sql`select pg_advisory_xact_lock(hashtext('exports'), 0)`.execute(trx);
    const { rows } = await sql<Omit<TakenExport, 'askedAt' | 'left'> & { asked_at: Date; object: string | null }>`
      UPDATE exports e SET state = 'running', tries = tries + 1, rows = 0, bytes = 0, begun_at = now(), fault = '',
        next_at = now() + make_interval(secs => ${LEASE_SECONDS})
      FROM (
        SELECT o.tenant, o.id FROM exports o LEFT JOIN export_line l ON l.tenant = o.tenant AND l.id = o.id
        WHERE o.state IN ('waiting', 'running') AND o.next_at <= now() AND o.tries < ${MOST_TRIES} AND NOT EXISTS (
          SELECT FROM exports r WHERE r.tenant = o.tenant AND r.by = o.by AND r.maker = o.maker AND r.id <> o.id
            AND r.state = 'running' AND r.next_at > now())
        ORDER BY l.place NULLS FIRST, o.id LIMIT 1) next
      WHERE e.tenant = next.tenant AND e.id = next.id AND e.state IN ('waiting', 'running')
      RETURNING e.tenant, e.id, e.tries, e.by, e.maker, e.question, e.format, e.asked_at, e.object`.execute(trx);
    const [row] = rows;
    if (!row) return null;
    const { asked_at: askedAt, object: left, ...taken } = row;
    return { ...taken, askedAt, left };
  });
}

/** Whoever asked for it, as they stand now. @returns null: they are there no more */
export function exporterOf(db: Db, { by, maker }: Pick<TakenExport, 'by' | 'maker'>): Promise<Caller | null> {
  return (by === 'person' ? personCaller : tokenCaller)(db, maker, '');
}

/** Before anything of it is written: where, with which right, and what it is. @returns false: it is theirs no more */
export function beginExport(
  db: Db,
  of: Try,
  scope: TenantScope,
  {
    object,
    title,
    plainName,
    ofRows,
    filter,
  }: { object: string; title: string; plainName: string; ofRows: number | null; filter: object | null },
): Promise<boolean> {
  return change(db, of, {
    ...{ object, title, plain_name: plainName, of_rows: ofRows, filter: filter && JSON.stringify(filter) },
    ...{ within: scope.within ? JSON.stringify(scope.within) : null, hears: scope.hears === true, costs: scope.costs === true },
  });
}

/** How far it is, said each second. @returns false: it was cancelled, or somebody else took it */
export function keepExport(db: Db, of: Try, { rows, bytes }: { rows: number; bytes: number }): Promise<boolean> {
  return change(db, of, { rows, bytes, next_at: sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})` });
}

/** It is whole, and its letter waits where one is wanted: both or neither. @returns false: it is theirs no more, and what they made is for nobody */
export function finishExport(db: Db, of: Try, { rows, bytes, keepMs }: { rows: number; bytes: number; keepMs: number }): Promise<boolean> {
  const now = new Date();
  return change(db, of, {
    ...{ state: 'done', rows, bytes, ended_at: now, expires_at: new Date(now.getTime() + keepMs) },
    ...{ letter: sql<ExportLetter>`CASE letter WHEN 'wanted' THEN 'waiting' ELSE letter END`, letter_next_at: now },
  });
}

/** @param fault why no other try would end otherwise; null: another is made, later each time, while there are any */
export function failExport(db: Db, of: Try, fault: ExportFault | null, keepMs: number): Promise<boolean> {
  const again = fault === null ? againAfter(of.tries) : null;
  if (again !== null)
    return change(db, of, { state: 'waiting', fault: 'again', next_at: sql<Date>`now() + make_interval(secs => ${again})` });
  const now = new Date();
  return change(db, of, {
    ...{ state: 'failed', fault: fault ?? 'failed', ended_at: now, expires_at: new Date(now.getTime() + keepMs) },
  });
}

/** The process stops: the next one begins it anew, at once. */
export function releaseExport(db: Db, of: Try): Promise<boolean> {
  return change(db, of, { state: 'waiting', tries: sql<number>`tries - 1`, next_at: sql<Date>`now()` });
}

/** What is left of a try is removed; of one that is theirs no more the row says where it was. */
export async function leftNothing(db: Db, { tenant, id, object }: { tenant: string; id: string; object: string }): Promise<void> {
  await asOperator(db, (trx) =>
    trx
      .updateTable('exports')
      .set({ object: null })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('object', '=', object)
      .execute(),
  );
}

/** What goes now: those whose time is over, and those that killed whoever made them too often. @returns where something is to be removed */
export function endedExports(db: Db, _scope: OperatorScope, keepMs: number): Promise<{ tenant: string; id: string; object: string }[]> {
  return asOperator(db, async (trx) => {
    await sql`UPDATE exports SET state = 'failed', fault = 'failed', ended_at = now(), expires_at = now() + make_interval(secs => ${keepMs / 1_000})
      WHERE state = 'running' AND next_at <= now() AND tries >= ${MOST_TRIES}`.execute(trx);
    await sql`UPDATE exports SET state = 'gone' WHERE expires_at <= now() AND state IN ('done', 'failed', 'cancelled')`.execute(trx);
    await sql`DELETE FROM exports WHERE state = 'gone' AND object IS NULL`.execute(trx);
    // whoever makes one that was cancelled sees it, and removes what they made; after the lease nobody does
    const { rows } = await sql<{ tenant: string; id: string; object: string }>`
      SELECT tenant, id, object FROM exports WHERE object IS NOT NULL
        AND (state = 'gone' OR (state IN ('cancelled', 'failed') AND next_at <= now()))
      ORDER BY id LIMIT 100`.execute(trx);
    return rows;
  });
}

/** Which of these objects belong to files that are made or kept. */
export async function knownObjects(db: Db, _scope: OperatorScope, objects: readonly string[]): Promise<Set<string>> {
  if (objects.length === 0) return new Set();
  const rows = await asOperator(db, (trx) => trx.selectFrom('exports').select('object').where('object', 'in', objects).execute());
  return new Set(rows.map(({ object }) => object as string));
}

/** A letter that says that a file is ready. */
export interface TakenExportLetter {
  tenant: string;
  id: string;
  tries: number;
  by: 'person' | 'token';
  maker: string;
  title: string;
  rows: number;
  bytes: number;
  format: ExportFormat;
  expiresAt: Date;
}

/** @returns null: no letter waits */
export function takeExportLetter(db: Db, _scope: OperatorScope): Promise<TakenExportLetter | null> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<Omit<TakenExportLetter, 'rows' | 'bytes' | 'expiresAt'> & { rows: string; bytes: string; expires_at: Date }>`
      WITH next AS MATERIALIZED (
        SELECT tenant, id FROM exports WHERE letter = 'waiting' AND state = 'done' AND letter_next_at <= now()
        ORDER BY letter_next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE exports e SET letter_tries = letter_tries + 1, letter_next_at = now() + make_interval(mins => ${LETTER_LEASE_MINUTES})
      FROM next WHERE e.tenant = next.tenant AND e.id = next.id
      RETURNING e.tenant, e.id, e.letter_tries AS tries, e.by, e.maker, e.title, e.rows, e.bytes, e.format, e.expires_at`.execute(trx);
    const [row] = rows;
    if (!row) return null;
    const { rows: n, bytes, expires_at: expiresAt, ...letter } = row;
    return { ...letter, rows: Number(n), bytes: Number(bytes), expiresAt };
  });
}

/** @param sent false: it is tried again after a while, and has failed after the last try or where no try would help */
export async function exportLetterEnded(
  db: Db,
  { tenant, id, tries }: Pick<TakenExportLetter, 'tenant' | 'id' | 'tries'>,
  sent: boolean,
  isFinal = false,
): Promise<void> {
  const again = isFinal ? undefined : LETTER_AGAIN_SECONDS[tries - 1];
  await asOperator(db, (trx) =>
    trx
      .updateTable('exports')
      .set(
        sent
          ? { letter: 'sent' }
          : again === undefined
            ? { letter: 'failed' }
            : { letter_next_at: sql<Date>`now() + make_interval(secs => ${again})` },
      )
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('letter', '=', 'waiting')
      .execute(),
  );
}

type Change = UpdateObject<PostgresSchema, 'exports', 'exports'>;

/** Of a try that is still theirs. */
function change(db: Db, { tenant, id, tries }: Try, set: Change): Promise<boolean> {
  return asOperator(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('exports')
      .set(set)
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('tries', '=', tries)
      .where('state', '=', 'running')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  });
}
