import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ActorKind } from '../access/callers.ts';
import type { PostgresSchema } from '../schema.ts';

/** A line of the audit. */
export interface AuditEntry {
  id: string;
  at: Date;
  by: ActorKind;
  who: string;
  /** company of who did it; null: the operator's */
  whose: string | null;
  address: string;
  /** of ACTS; lines of an older version may have others */
  act: string;
  subject: string;
  before: unknown;
  after: unknown;
}

/** Which lines; what is not named lets all through. */
export interface AuditFilter {
  /** [from, to) */
  from?: Date | undefined;
  to?: Date | undefined;
  /** login or name, as it stands, in any case */
  who?: string | undefined;
  /** `recording.listen`, or what acts begin with: `recording` */
  act?: string | undefined;
  /** part of what it was done to */
  subject?: string | undefined;
}

/** A company's lines, the newest first. @param before id of the last line that is known */
export function auditOf(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  filter: AuditFilter,
  before: string | null,
  most: number,
): Promise<AuditEntry[]> {
  return asTenant(db, tenant, (trx) => lines(trx, tenant, filter, before, most));
}

/** The same of the operator's own matters. */
export function operatorAudit(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  filter: AuditFilter,
  before: string | null,
  most: number,
): Promise<AuditEntry[]> {
  return asOperator(db, (trx) => lines(trx, null, filter, before, most));
}

function lines(
  trx: Transaction<PostgresSchema>,
  tenant: string | null,
  { from, to, who, act, subject }: AuditFilter,
  before: string | null,
  most: number,
): Promise<AuditEntry[]> {
  let query = trx.selectFrom('audit').select(['id', 'at', 'by', 'who', 'whose', 'address', 'act', 'subject', 'before', 'after']);
  query = tenant === null ? query.where('tenant', 'is', null) : query.where('tenant', '=', tenant);
  if (from) query = query.where('at', '>=', from);
  if (to) query = query.where('at', '<', to);
  if (who) query = query.where(sql<string>`lower(who)`, '=', who.toLowerCase());
  if (act) query = query.where((e) => e.or([e('act', '=', act), e(sql<string>`split_part(act, '.', 1)`, '=', act)]));
  if (subject) query = query.where(sql<boolean>`position(lower(${subject}) IN lower(subject)) > 0`);
  if (before !== null) query = query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(most).execute() as Promise<AuditEntry[]>;
}
