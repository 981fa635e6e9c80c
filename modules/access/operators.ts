import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';
import { hashPassword } from './passwords.ts';
import { holderOf, OPERATOR_ROLES, type OperatorRole, storedRole } from './rights.ts';
import { signOutEverywhere, userSchema } from './users.ts';

export const operatorSchema = z.strictObject({
  password: userSchema.shape.password,
  role: z.enum(OPERATOR_ROLES),
  email: userSchema.shape.email,
});

/** One of the operator's people. */
export interface OperatorUser {
  login: string;
  role: OperatorRole;
  email: string | null;
}

/** In the order of logins. */
export async function listOperators(db: Kysely<PostgresSchema>, _scope: OperatorScope): Promise<OperatorUser[]> {
  const rows = await asOperator(db, (trx) =>
    trx.selectFrom('users').select(['login', 'role', 'email']).where('tenant', 'is', null).orderBy(sql`lower(login)`).execute(),
  );
  return rows.map(({ login, role, email }) => ({ login, role: operatorRoleOf(role), email }));
}

/**
 * Creates or replaces one of the operator's people; whoever was signed in as them must sign in again.
 * @returns created: false when they were known. @throws SignInBusy
 */
export async function putOperator(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  caller: Caller,
  login: string,
  form: z.output<typeof operatorSchema>,
): Promise<{ created: boolean }> {
  const password_hash = await hashPassword(form.password);
  const { role, email } = form;
  return asOperator(db, async (trx) => {
    const values = { password_hash, role: storedRole(role), email, updated_at: new Date() };
    const known = await trx
      .selectFrom('users')
      .select(['id', 'login', 'role', 'email'])
      .where('tenant', 'is', null)
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .forUpdate()
      .executeTakeFirst();
    const deed = { actor: actorOf(caller), subject: known?.login ?? login, after: { role, email, password: 'new' } };
    if (known) {
      await trx.updateTable('users').set(values).where('id', '=', known.id).execute();
      await signOutEverywhere(trx, known.id);
      await noteAct(trx, null, { ...deed, act: 'person.change', before: { role: operatorRoleOf(known.role), email: known.email } });
      return { created: false };
    }
    await trx
      .insertInto('users')
      .values({ tenant: null, login, employee: null, ...values })
      .execute();
    await noteAct(trx, null, { ...deed, act: 'person.add' });
    return { created: true };
  });
}

/** @returns false when there is nobody of that login */
export async function deleteOperator(db: Kysely<PostgresSchema>, _scope: OperatorScope, caller: Caller, login: string): Promise<boolean> {
  return asOperator(db, async (trx) => {
    // sessions, known browsers, codes and links go with the row
    const gone = await trx
      .deleteFrom('users')
      .where('tenant', 'is', null)
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .returning(['login', 'role', 'email'])
      .executeTakeFirst();
    if (!gone) return false;
    const before = { role: operatorRoleOf(gone.role), email: gone.email };
    await noteAct(trx, null, { actor: actorOf(caller), act: 'person.delete', subject: gone.login, before });
    return true;
  });
}

const operatorRoleOf = (role: PostgresSchema['users']['role']): OperatorRole =>
  holderOf(null, role) === 'support' ? 'support' : 'operator';
