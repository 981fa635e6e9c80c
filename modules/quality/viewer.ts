import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type ExpressionBuilder, type ExpressionWrapper, type Kysely, type SqlBool, sql } from 'kysely';
import { type Caller, tenantScope } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';

/** Who looks at reviews, and how much of them is theirs to see. */
export interface Viewer {
  /** as reviews name their reviewer */
  name: string;
  /** employee of the directory that they are; null: nobody, or a program */
  employee: string | null;
  /** reviews calls, or manages: sees also what is still to be done, and calibrations */
  isStaff: boolean;
  mayManage: boolean;
}

/** A program's name cannot be taken for a login, which has no space in it. */
export function reviewerName(caller: Caller): string {
  return caller.by === 'person' ? caller.name : `${caller.by} ${caller.name}`;
}

export async function viewerOf(db: Kysely<PostgresSchema>, caller: Caller, { tenant }: TenantScope): Promise<Viewer> {
  const may = (right: 'quality:review' | 'quality:manage') => tenantScope(caller, tenant, right) !== null;
  const isOwn = caller.by === 'person' && !caller.isViewing && caller.tenant === tenant;
  const row = isOwn
    ? await asTenant(db, tenant, (trx) =>
        trx.selectFrom('users').select('employee').where('tenant', '=', tenant).where('id', '=', caller.id).executeTakeFirst(),
      )
    : undefined;
  const mayManage = may('quality:manage');
  return { name: reviewerName(caller), employee: row?.employee ?? null, isStaff: mayManage || may('quality:review'), mayManage };
}

type Rows = ExpressionBuilder<PostgresSchema, 'quality_reviews'>;

/**
 * Which reviews there are for somebody: their own to make; what is shown, without calibrations for whoever is judged; and whoever
 * manages sees also what is still to be done, of which `readable` then keeps the marks back.
 */
export function seenBy(eb: Rows, { within }: TenantScope, viewer: Viewer): ExpressionWrapper<PostgresSchema, 'quality_reviews', SqlBool> {
  const own = eb('reviewer', '=', viewer.name);
  const shown = viewer.isStaff ? eb('is_shown', '=', true) : eb.and([eb('is_shown', '=', true), eb('session', 'is', null)]);
  const seen = viewer.mayManage ? eb.lit(true) : shown;
  return eb.or([own, eb.and([seen, reached(eb, within)])]);
}

function reached(eb: Rows, within: TenantScope['within']) {
  if (within === undefined) return eb.lit(true);
  return eb.or([
    sql<SqlBool>`employee <> '' and employee = any(${[...within.employees]}::text[])`,
    sql<SqlBool>`group_id <> '' and group_id = any(${[...within.groups]}::text[])`,
  ]);
}

/** Whether marks and comments may be read: one's own, or when they are shown. Of a blind pair nobody reads one before both are in. */
export function isReadable({ reviewer, isShown }: { reviewer: string; isShown: boolean }, viewer: Viewer): boolean {
  return isShown || reviewer === viewer.name;
}
