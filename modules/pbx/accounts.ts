import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import { madePassword } from '../access/passwords.ts';
import type { Actor } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import { applyPolicy } from '../recordings/policy-store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { AccountState } from './forms.ts';
import { ha1 } from './store.ts';

export interface SipAccount {
  user: string;
  status: AccountState;
}
/** What a phone signs in with; the password is kept nowhere. */
export interface Credentials {
  user: string;
  domain: string;
  password: string;
}

/** All SIP accounts of a company, in the order of their names. */
export function listAccounts(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<SipAccount[]> {
  return asTenant(db, tenant, async (trx) => {
    const rows = await trx
      .selectFrom('pbx_accounts')
      .select(['username', 'status'])
      .where('tenant', '=', tenant)
      .orderBy('username')
      .execute();
    return rows.map(({ username, status }) => ({ user: username, status: status as AccountState }));
  });
}

/** Makes an account with a password that is said this once. @returns taken: there is one of that name; unknown: no such company */
export function addAccount(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  user: string,
): Promise<Credentials | 'taken' | 'unknown'> {
  return asTenant(db, tenant, async (trx) => {
    const company = await trx.selectFrom('tenants').select('domain').where('id', '=', tenant).forUpdate().executeTakeFirst();
    if (!company) return 'unknown';
    const password = madePassword();
    const made = await trx
      .insertInto('pbx_accounts')
      .values({ tenant, username: user, ha1: ha1(user, company.domain, password), status: 'active', record: 'company', blocked: [] })
      .onConflict((c) => c.doNothing())
      .returning('username')
      .executeTakeFirst();
    if (!made) return 'taken';
    await applyPolicy(trx, tenant);
    await noteAct(trx, tenant, { actor, act: 'telephony.account', subject: user, before: {}, after: { status: 'active' } });
    return { user, domain: company.domain, password };
  });
}

/** Blocks an account or lets it in again; in force with its next call and registration. @returns false: it is none of the company's */
export function setAccountState(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  user: string,
  status: AccountState,
): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const before = await trx
      .selectFrom('pbx_accounts')
      .select('status')
      .where('tenant', '=', tenant)
      .where('username', '=', user)
      .forUpdate()
      .executeTakeFirst();
    if (!before) return false;
    if (before.status === status) return true;
    await trx.updateTable('pbx_accounts').set({ status }).where('tenant', '=', tenant).where('username', '=', user).execute();
    await noteAct(trx, tenant, { actor, act: 'telephony.account', subject: user, before: { status: before.status }, after: { status } });
    return true;
  });
}

/** Gives an account another password; the old one holds no more. @returns null: it is none of the company's */
export function renewPassword(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  user: string,
): Promise<Credentials | null> {
  return asTenant(db, tenant, async (trx) => {
    const company = await trx.selectFrom('tenants').select('domain').where('id', '=', tenant).forUpdate().executeTakeFirst();
    if (!company) return null;
    const password = madePassword();
    const changed = await trx
      .updateTable('pbx_accounts')
      .set({ ha1: ha1(user, company.domain, password) })
      .where('tenant', '=', tenant)
      .where('username', '=', user)
      .returning('username')
      .executeTakeFirst();
    if (!changed) return null;
    // that there is another one, and not which
    await noteAct(trx, tenant, { actor, act: 'telephony.account', subject: user, before: {}, after: { password: true } });
    return { user, domain: company.domain, password };
  });
}
