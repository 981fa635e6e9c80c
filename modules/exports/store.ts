import type { Within } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';
import { type ExportFormat, type ExportQuestion, type ExportState, MOST_WAITING } from './forms.ts';
import { isOpen, mayHave } from './rules.ts';
import type { ExportFault, ExportLetter, ExportSchema } from './schema.ts';

/** A file that is made in the background, as whoever asked for it sees it. */
export interface Export {
  id: string;
  question: ExportQuestion;
  format: ExportFormat;
  title: string;
  plainName: string;
  state: ExportState;
  /** in the line of all who wait, from 1; null: it does not wait */
  place: number | null;
  rows: number;
  /** null: not counted before */
  ofRows: number | null;
  bytes: number;
  askedAt: Date;
  begunAt: Date | null;
  endedAt: Date | null;
  /** until when it is kept; null: it has not ended */
  expiresAt: Date | null;
  fault: ExportFault;
  letter: ExportLetter;
  /** false: what they may reaches less far than when it was made, and they cannot have it */
  mayHave: boolean;
}
/** One that is there to be read. */
export interface ReadyExport extends Export {
  object: string;
  /** CallFilter of analytics, for the audit; null: it has figures alone */
  filter: object | null;
}

/** `many`: as many wait as may; `viewing`: whoever looks as somebody asks for nothing in their name */
export type ExportRefusal = 'many' | 'viewing';

export interface NewExport {
  question: ExportQuestion;
  format: ExportFormat;
  title: string;
  /** by letter, when it is ready */
  letter: boolean;
}

type Db = Kysely<PostgresSchema>;
type Row = Selectable<ExportSchema['exports']>;

/** Puts a file in line; it is begun at once where nothing is before it. */
export async function addExport(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  asked: NewExport,
): Promise<string | { refused: ExportRefusal }> {
  if (caller.by === 'system') throw new Error('a service asks for no file');
  if (caller.isViewing) return { refused: 'viewing' };
  const by = caller.by;
  const { question, format, title, letter } = asked;
  return asTenant(db, tenant, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('exports of'), hashtext(${`${tenant} ${by} ${caller.id}`}))`.execute(trx);
    const { n } = await own(trx, tenant, caller)
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('state', 'in', ['waiting', 'running'])
      .executeTakeFirstOrThrow();
    if (Number(n) >= MOST_WAITING) return { refused: 'many' };
    const { id } = await trx
      .insertInto('exports')
      .values({
        ...{ tenant, by, maker: caller.id, who: caller.name, question: JSON.stringify(question), format, title },
        ...{ letter: letter ? 'wanted' : 'none', begun_at: null, ended_at: null, expires_at: null, of_rows: null, object: null },
        ...{ filter: null, within: null, letter_next_at: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await sql`NOTIFY exports`.execute(trx);
    return id;
  });
}

/** Those of the caller, the newest first. @param scope what they may now: by it is said which of them they can have */
export async function listExports(db: Db, scope: TenantScope, caller: Caller): Promise<Export[]> {
  const rows = await asTenant(db, scope.tenant, (trx) => seen(trx, scope.tenant, caller).selectAll().orderBy('id', 'desc').execute());
  const places = rows.some(({ state }) => state === 'waiting') ? await placesOf(db, rows) : new Map<string, number>();
  return rows.map((row) => exportOf(row, scope, places));
}

/** @returns null: the caller has no such file */
export async function findExport(db: Db, scope: TenantScope, caller: Caller, id: string): Promise<Export | ReadyExport | null> {
  const row = await asTenant(db, scope.tenant, (trx) =>
    seen(trx, scope.tenant, caller).selectAll().where('id', '=', id).executeTakeFirst(),
  );
  if (!row) return null;
  const found = exportOf(row, scope, row.state === 'waiting' ? await placesOf(db, [row]) : new Map());
  return row.state === 'done' && row.object !== null ? { ...found, object: row.object, filter: row.filter } : found;
}

export const isReady = (found: Export): found is ReadyExport => found.state === 'done' && 'object' in found;

/** What waits or is made ends; what has ended goes, its file too. @param keepMs how long one that was cancelled stands in the list @returns what became of it; null: no such file */
export function dropExport(
  db: Db,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  keepMs: number,
): Promise<'cancelled' | 'gone' | null> {
  return asTenant(db, tenant, async (trx) => {
    const row = await seen(trx, tenant, caller).select('state').where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) return null;
    const now = new Date();
    const open = isOpen(row.state);
    await trx
      .updateTable('exports')
      .set(open ? { state: 'cancelled', ended_at: now, expires_at: new Date(now.getTime() + keepMs) } : { state: 'gone' })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    await sql`NOTIFY exports`.execute(trx);
    return open ? 'cancelled' : 'gone';
  });
}

/** Whether a letter comes when it is ready. @returns false: no such file, or it has ended */
export function wantLetter(db: Db, { tenant }: TenantScope, caller: Caller, id: string, wanted: boolean): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const row = await seen(trx, tenant, caller).select('state').where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row || !isOpen(row.state)) return false;
    await trx
      .updateTable('exports')
      .set({ letter: wanted ? 'wanted' : 'none' })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    return true;
  });
}

/** Ids of those that the caller waits for. */
export async function openExports(db: Db, { tenant }: TenantScope, caller: Caller): Promise<string[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    seen(trx, tenant, caller).select('id').where('state', 'in', ['waiting', 'running']).orderBy('id').execute(),
  );
  return rows.map(({ id }) => id);
}

/** Where letters to a person go; null: they have no address, or are no person. */
export async function letterAddress(db: Db, caller: Pick<Caller, 'by' | 'id'>): Promise<string | null> {
  if (caller.by !== 'person') return null;
  const row = await asOperator(db, (trx) => trx.selectFrom('users').select('email').where('id', '=', caller.id).executeTakeFirst());
  return row?.email ?? null;
}

const own = (trx: Transaction<PostgresSchema>, tenant: string, caller: Caller) =>
  trx
    .selectFrom('exports')
    .where('tenant', '=', tenant)
    .where('by', '=', caller.by as 'person' | 'token')
    .where('maker', '=', caller.id);

/** Whoever looks as somebody else is shown nobody's: neither that person's, nor their own under another right. */
const seen = (trx: Transaction<PostgresSchema>, tenant: string, caller: Caller) =>
  own(trx, tenant, caller)
    .where('state', '!=', 'gone')
    .$if(caller.isViewing === true, (q) => q.where(sql<boolean>`false`));

/** The line is of all companies: how many come before somebody is all that they are told of the others. */
async function placesOf(db: Db, rows: readonly { tenant: string; id: string }[]): Promise<Map<string, number>> {
  const ids = rows.map(({ id }) => id);
  const places = await asOperator(db, (trx) =>
    trx
      .selectFrom('export_line')
      .select(['id', 'place'])
      .where('tenant', '=', rows[0]?.tenant ?? '')
      .where('id', 'in', ids)
      .execute(),
  );
  return new Map(places.map(({ id, place }) => [id, Number(place)]));
}

function exportOf(row: Row, scope: TenantScope, places: ReadonlyMap<string, number>): Export {
  return {
    ...{ id: row.id, question: row.question, format: row.format, title: row.title, plainName: row.plain_name },
    ...{ state: row.state as ExportState, place: row.state === 'waiting' ? (places.get(row.id) ?? null) : null },
    ...{ rows: Number(row.rows), ofRows: row.of_rows === null ? null : Number(row.of_rows), bytes: Number(row.bytes) },
    ...{ askedAt: row.asked_at, begunAt: row.begun_at, endedAt: row.ended_at, expiresAt: row.expires_at },
    ...{ fault: row.fault, letter: row.letter },
    mayHave:
      row.state !== 'done' || mayHave(reachOfRow(row), { within: scope.within, hears: scope.hears === true, costs: scope.costs === true }),
  };
}

const reachOfRow = ({ within, hears, costs }: { within: Within | null; hears: boolean; costs: boolean }) => ({
  within: within ?? undefined,
  hears,
  costs,
});
