import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { type Caller, tenantScope, withinGroups } from '../access/callers.ts';
import { membersOf } from '../access/reach.ts';
import { personCaller } from '../access/sessions.ts';
import { hashOf, newToken } from '../access/tickets.ts';
import { tokenCaller } from '../access/tokens.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import {
  BOARD_FIGURES,
  type BoardFigure,
  completeThresholds,
  DEFAULT_THRESHOLDS,
  isInOrder,
  MOST_THRESHOLD,
  NUMBER_PARTS,
  type NumberPart,
  type Thresholds,
} from './rules.ts';

export const BOARD_THEMES = ['dark', 'light'] as const;
export type BoardTheme = (typeof BOARD_THEMES)[number];

/** A board on the wall (live figures for whoever has its address), without the token of the address. */
export interface Board {
  id: string;
  name: string;
  /** ids of the directory; none: the whole company */
  groups: string[];
  numbers: NumberPart;
  theme: BoardTheme;
  thresholds: Thresholds;
  /** of who made it */
  who: string;
  createdAt: Date;
}

export const MOST_BOARDS = 100;

const limit = z.number().int().min(0).max(MOST_THRESHOLD).nullable();
const threshold = (figure: BoardFigure) =>
  z
    .strictObject({ warn: limit, alarm: limit })
    .refine((t) => isInOrder(figure, t), { message: 'red must not come before yellow' })
    .default(DEFAULT_THRESHOLDS[figure]);

export const boardSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  groups: z.array(z.string().min(1).max(64)).max(500).default([]).describe('ids of groups of the directory; none: the whole company'),
  numbers: z.enum(NUMBER_PARTS).default('ending').describe("how much of a caller's number is shown: nothing, the last two digits, all"),
  theme: z.enum(BOARD_THEMES).default('dark'),
  thresholds: z
    .strictObject(
      Object.fromEntries(BOARD_FIGURES.map((f) => [f, threshold(f)])) as unknown as Record<BoardFigure, ReturnType<typeof threshold>>,
    )
    .default(DEFAULT_THRESHOLDS)
    .describe('from when on a figure is yellow (warn) and red (alarm): at this number and beyond it; null: never'),
});
export type BoardForm = z.output<typeof boardSchema>;

const COLUMNS = ['id', 'name', 'groups', 'numbers', 'theme', 'thresholds', 'who', 'created_at'] as const;

/** Those that still show something, in the order of their names. */
export async function listBoards(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Board[]> {
  const rows = await asTenant(db, tenant, (trx) =>
    trx
      .selectFrom('boards')
      .select(COLUMNS)
      .where('tenant', '=', tenant)
      .where('revoked_at', 'is', null)
      .orderBy(sql`lower(name)`)
      .execute(),
  );
  return rows.map(boardOf);
}

/** `taken`: another board has this name; `many`: there are MOST_BOARDS */
export type BoardFault = 'taken' | 'many';

/** @returns the token of its address, for the only time: 256 bits, which nobody guesses */
export async function makeBoard(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  form: BoardForm,
): Promise<{ id: string; token: string } | BoardFault> {
  if (caller.by === 'system') throw new Error('a service makes no boards');
  const token = newToken();
  const by = { by: caller.by, maker: caller.id, who: caller.name };
  return asTenant(db, tenant, async (trx) => {
    const { count } = await trx
      .selectFrom('boards')
      .select((e) => e.fn.countAll<string>().as('count'))
      .where('tenant', '=', tenant)
      .where('revoked_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST_BOARDS) return 'many';
    const made = await trx
      .insertInto('boards')
      .values({ tenant, ...form, thresholds: JSON.stringify(form.thresholds), hash: hashOf(token), ...by })
      .onConflict((c) => c.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) return 'taken';
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'board.add', subject: form.name, after: { board: made.id, ...form } });
    return { id: made.id, token };
  });
}

/** Screens that show it follow within seconds. @returns null when it is changed */
export function changeBoard(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  form: BoardForm,
): Promise<'unknown' | 'taken' | null> {
  return asTenant(db, tenant, async (trx) => {
    const all = await trx
      .selectFrom('boards')
      .select(COLUMNS)
      .where('tenant', '=', tenant)
      .where('revoked_at', 'is', null)
      .forUpdate()
      .execute();
    const row = all.find((b) => b.id === id);
    if (!row) return 'unknown';
    if (all.some((b) => b.id !== id && b.name.toLowerCase() === form.name.toLowerCase())) return 'taken';
    await trx
      .updateTable('boards')
      .set({ ...form, thresholds: JSON.stringify(form.thresholds), updated_at: new Date() })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute();
    const { name, groups, numbers, theme, thresholds } = boardOf(row);
    const before = { board: id, name, groups, numbers, theme, thresholds };
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'board.change', subject: form.name, before, after: { board: id, ...form } });
    return null;
  });
}

/** @returns false when no such board shows anything */
export function revokeBoard(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const gone = await trx
      .updateTable('boards')
      .set({ revoked_at: sql`now()` })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning(['name', 'groups', 'numbers'])
      .executeTakeFirst();
    if (!gone) return false;
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'board.revoke', subject: gone.name, before: { board: id, ...gone } });
    return true;
  });
}

/**
 * What the address of a board shows now. As far as its groups reach: whoever is in them, by the directory as it is, and what belongs
 * to them. It shows nothing any more once its maker may make none of the whole company.
 * @param address that it was asked from @returns null: nothing, or it is revoked, or its maker's right is gone
 */
export async function followBoard(
  db: Kysely<PostgresSchema>,
  token: string,
  address: string,
): Promise<{ board: Board; scope: TenantScope } | null> {
  if (token.length > 100) return null;
  const row = await asOperator(db, (trx) =>
    trx
      .selectFrom('boards')
      .select([...COLUMNS, 'tenant', 'by', 'maker'])
      .where('hash', '=', hashOf(token))
      .where('revoked_at', 'is', null)
      .executeTakeFirst(),
  );
  if (!row) return null;
  const maker = await (row.by === 'person' ? personCaller : tokenCaller)(db, row.maker, address);
  const may = maker && tenantScope(maker, row.tenant, 'boards:write');
  if (!may || may.within !== undefined) return null;
  const board = boardOf(row);
  if (board.groups.length === 0) return { board, scope: may };
  return { board, scope: withinGroups(may, board.groups, await membersOf(db, may, board.groups)) };
}

function boardOf(row: {
  id: string;
  name: string;
  groups: string[];
  numbers: NumberPart;
  theme: BoardTheme;
  thresholds: Partial<Thresholds>;
  who: string;
  created_at: Date;
}): Board {
  const { id, name, groups, numbers, theme, thresholds, who } = row;
  return { id, name, groups, numbers, theme, thresholds: completeThresholds(thresholds), who, createdAt: row.created_at };
}
