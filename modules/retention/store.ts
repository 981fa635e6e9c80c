import type { OperatorScope, TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { companyDaysFault, daysFault, type Kept, type Rules, rulesOf } from './rules.ts';

type Db = Kysely<PostgresSchema>;

const rulesIn = async (trx: Transaction<PostgresSchema>): Promise<Rules> => {
  const rows = await trx.selectFrom('retention').select(['what', 'days']).execute();
  return rulesOf(new Map(rows.map((r) => [r.what, r.days])));
};

export function retentionRules(db: Db, _scope: OperatorScope): Promise<Rules> {
  return asOperator(db, rulesIn);
}

/** The same for a company, which may read that its packets are gone. */
export function rulesForCompany(db: Db, { tenant }: TenantScope): Promise<Rules> {
  return asTenant(db, tenant, rulesIn);
}

/** Companies that keep their calls shorter than all do, with their days. */
export function companyDays(db: Db, _scope: OperatorScope): Promise<Map<string, number>> {
  return asOperator(db, async (trx) => {
    const rows = await trx.selectFrom('retention_companies').select(['tenant', 'call_days']).execute();
    return new Map(rows.map((r) => [r.tenant, r.call_days]));
  });
}

/** What each company's recordings take in the archive. */
export function recordedBytes(db: Db, _scope: OperatorScope): Promise<Map<string, { count: number; bytes: number }>> {
  return asOperator(db, async (trx) => {
    const { rows } = await sql<{ tenant: string; count: string; bytes: string }>`
      SELECT tenant, count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM recordings WHERE status = 'ready' GROUP BY tenant`.execute(
      trx,
    );
    return new Map(rows.map((r) => [r.tenant, { count: Number(r.count), bytes: Number(r.bytes) }]));
  });
}

/** @returns why these days cannot be; null: they hold from now on */
export function setDays(db: Db, _scope: OperatorScope, caller: Caller, what: Kept, days: number): Promise<string | null> {
  const fault = daysFault(what, days);
  if (fault !== null) return Promise.resolve(fault);
  return asOperator(db, async (trx) => {
    const before = await trx.selectFrom('retention').select('days').where('what', '=', what).forUpdate().executeTakeFirst();
    await trx
      .insertInto('retention')
      .values({ what, days })
      .onConflict((c) => c.column('what').doUpdateSet({ days, changed_at: new Date() }))
      .execute();
    await noteAct(trx, null, { actor: actorOf(caller), act: 'retention.change', subject: what, before, after: { days } });
    return null;
  });
}

/** @param days null: as all do. @returns why these days cannot be; null: they hold from now on */
export async function setCompanyDays(
  db: Db,
  scope: OperatorScope,
  caller: Caller,
  tenant: string,
  days: number | null,
): Promise<string | null> {
  const fault = days === null ? null : companyDaysFault(days, await retentionRules(db, scope));
  if (fault !== null) return fault;
  return asOperator(db, async (trx) => {
    if (days === null) await trx.deleteFrom('retention_companies').where('tenant', '=', tenant).execute();
    else
      await trx
        .insertInto('retention_companies')
        .values({ tenant, call_days: days })
        .onConflict((c) => c.column('tenant').doUpdateSet({ call_days: days, changed_at: new Date() }))
        .execute();
    await noteAct(trx, null, { actor: actorOf(caller), act: 'retention.change', subject: tenant, after: { days } });
    return null;
  });
}
