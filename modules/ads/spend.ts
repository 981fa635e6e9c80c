import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Spend } from './months.ts';

/** What was spent on a line in a month; null: nobody has said. */
export interface SpendChange extends Omit<Spend, 'amount'> {
  amount: number | null;
}

/** So much is changed at once, and told in one line of the audit. */
export const MOST_CHANGES = 2_000;

/** By line, then month. @param within first and last month, both included; none: all there is */
export function spendOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, within?: { from: string; to: string }): Promise<Spend[]> {
  return asTenant(db, tenant, async (trx) => {
    let query = select(trx, tenant);
    if (within) query = query.where('month', '>=', firstDay(within.from)).where('month', '<=', firstDay(within.to));
    return (await query.orderBy('number').orderBy('month').execute()).map(spendIn);
  });
}

/**
 * Sets what was spent on these lines in these months; others stay. Each line and month once.
 * @returns those that are otherwise now, as they were before: a transaction with its line in the audit, or neither
 */
export function setSpend(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  changes: readonly SpendChange[],
): Promise<SpendChange[]> {
  return asTenant(db, tenant, async (trx) => {
    await trx.selectFrom('tenants').select('id').where('id', '=', tenant).forUpdate().execute();
    const kept = new Map((await select(trx, tenant).execute()).map(spendIn).map((one) => [keyOf(one), one.amount]));
    const was = (one: SpendChange) => kept.get(keyOf(one)) ?? null;
    const changed = changes.filter((one) => one.amount !== was(one));
    if (changed.length === 0) return [];
    const gone = changed.filter((one) => one.amount === null);
    if (gone.length > 0)
      await trx
        .deleteFrom('ad_spend')
        .where('tenant', '=', tenant)
        .where(sql<boolean>`(number, month) IN (${sql.join(gone.map((one) => sql`(${one.number}, ${firstDay(one.month)})`))})`)
        .execute();
    const said = changed.flatMap(({ number, month, amount }) =>
      amount === null ? [] : [{ tenant, number, month: firstDay(month), amount }],
    );
    if (said.length > 0)
      await trx
        .insertInto('ad_spend')
        .values(said)
        .onConflict((c) =>
          c.columns(['tenant', 'number', 'month']).doUpdateSet((e) => ({ amount: e.ref('excluded.amount'), updated_at: sql`now()` })),
        )
        .execute();
    const before = changed.map((one) => ({ number: one.number, month: one.month, amount: was(one) }));
    const after = changed.map(({ number, month, amount }) => ({ number, month, amount }));
    const [only, ...others] = changed;
    const subject = only && others.length === 0 ? `${only.number} ${only.month}` : '';
    await noteAct(trx, tenant, { actor, act: 'ads.spend', subject, before, after });
    return before;
  });
}

const keyOf = ({ number, month }: Pick<Spend, 'number' | 'month'>) => `${number} ${month}`;
const firstDay = (month: string) => sql<Date>`${`${month}-01`}::date`;

function select(trx: Transaction<PostgresSchema>, tenant: string) {
  // as text: a date would become an instant of this machine's zone
  return trx
    .selectFrom('ad_spend')
    .select(['number', sql<string>`to_char(month, 'YYYY-MM')`.as('month'), 'amount'])
    .where('tenant', '=', tenant);
}

const spendIn = ({ number, month, amount }: { number: string; month: string; amount: string }): Spend => ({
  ...{ number, month, amount: Number(amount) },
});
