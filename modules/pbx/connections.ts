import { randomBytes } from 'node:crypto';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import type { Kysely } from 'kysely';
import type { Caller } from '../access/callers.ts';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { ha1 } from './store.ts';

/** A phone account of the company; its password is kept nowhere, only what digest authentication compares. */
export interface PhoneAccount {
  login: string;
  domain: string;
  blocked: boolean;
}

/** In the order of logins. */
export async function phoneAccounts(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<PhoneAccount[]> {
  const rows = await asTenant(db, scope.tenant, (trx) =>
    trx
      .selectFrom('pbx_accounts')
      .innerJoin('tenants', 'tenants.id', 'pbx_accounts.tenant')
      .select(['pbx_accounts.username', 'pbx_accounts.status', 'tenants.domain'])
      .where('pbx_accounts.tenant', '=', scope.tenant)
      .orderBy('pbx_accounts.username')
      .execute(),
  );
  return rows.map((r) => ({ login: r.username, domain: r.domain, blocked: r.status === 'blocked' }));
}

/**
 * A new password for a phone: 96 random bits. The edge asks for it from the next registration on.
 * @returns the password, for the only time; null when the company has no such account
 */
export function renewPhonePassword(db: Kysely<PostgresSchema>, scope: TenantScope, caller: Caller, login: string): Promise<string | null> {
  return asTenant(db, scope.tenant, async (trx) => {
    const company = await trx.selectFrom('tenants').select('domain').where('id', '=', scope.tenant).executeTakeFirst();
    if (!company) return null;
    const password = randomBytes(12).toString('base64url');
    const set = await trx
      .updateTable('pbx_accounts')
      .set({ ha1: ha1(login, company.domain, password) })
      .where('tenant', '=', scope.tenant)
      .where('username', '=', login)
      .executeTakeFirst();
    if (set.numUpdatedRows === 0n) return null;
    await noteAct(trx, scope.tenant, { actor: actorOf(caller), act: 'phone.password', subject: login });
    return password;
  });
}
