import { randomBytes } from 'node:crypto';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { PostgresSchema } from '../schema.ts';
import { ROLES } from './callers.ts';
import { hashPassword } from './passwords.ts';

export const LOGIN = /^[^\s/?#%]{1,64}$/;

export const userSchema = z.strictObject({
  password: z.string().min(8, 'at least 8 characters').max(256),
  role: z.enum(ROLES),
  employee: z
    .string()
    .min(1)
    .max(64)
    .nullish()
    .transform((v) => v ?? null)
    .describe("id of the employee in the company's directory"),
});

/**
 * Creates or replaces a person of a company; whoever was signed in as them must sign in again.
 * @returns created: false when they were known. @throws SignInBusy
 */
export async function putUser(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  login: string,
  form: z.output<typeof userSchema>,
): Promise<{ created: boolean }> {
  const password_hash = await hashPassword(form.password);
  return asTenant(db, scope.tenant, async (trx) => {
    const values = { password_hash, role: form.role, employee: form.employee, updated_at: new Date() };
    const known = await trx
      .updateTable('users')
      .set(values)
      .where('tenant', '=', scope.tenant)
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .returning('id')
      .executeTakeFirst();
    if (known) {
      await trx.deleteFrom('sessions').where('user_id', '=', known.id).execute();
      return { created: false };
    }
    await trx
      .insertInto('users')
      .values({ tenant: scope.tenant, login, ...values })
      .execute();
    return { created: true };
  });
}

/**
 * The operator's first person, made when there is none yet.
 * @returns login and password, to be shown once; null when somebody is there
 */
export async function ensureOperatorUser(db: Kysely<PostgresSchema>): Promise<{ login: string; password: string } | null> {
  const anybody = () =>
    asOperator(db, (trx) => trx.selectFrom('users').select('id').where('tenant', 'is', null).limit(1).executeTakeFirst());
  if (await anybody()) return null;
  const login = 'admin';
  const password = randomBytes(12).toString('base64url');
  const password_hash = await hashPassword(password);
  const made = await asOperator(db, (trx) =>
    trx
      .insertInto('users')
      .values({ tenant: null, login, password_hash, role: 'admin', employee: null })
      // two portals that start together make one
      .onConflict((c) => c.doNothing())
      .returning('id')
      .executeTakeFirst(),
  );
  return made ? { login, password } : null;
}
