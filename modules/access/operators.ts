import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';
import { hashPassword } from './passwords.ts';
import { holderOf, OPERATOR_ROLES, type OperatorRole, storedRole } from './rights.ts';
import { dropSecondFactor } from './second-factor.ts';
import { signOutEverywhere, userChange, userSchema } from './users.ts';

const role = z.enum(OPERATOR_ROLES);
export const operatorSchema = z.strictObject({
  password: userSchema.shape.password,
  role,
  email: userSchema.shape.email,
});
/** What is not named stays as it is. */
export const operatorChange = userChange.pick({ password: true, email: true, blocked: true, secondFactor: true }).extend({
  role: role.optional(),
});
export type OperatorChange = z.output<typeof operatorChange>;

/** One of the operator's people. */
export interface OperatorUser {
  login: string;
  role: OperatorRole;
  email: string | null;
  blocked: boolean;
  secondFactor: boolean;
  createdAt: Date;
  lastSignInAt: Date | null;
}

/**
 * Why an act on one of the operator's people did not happen: there is nobody of that login; they are the last operator who can
 * sign in, without whom nobody could give the role again; or it is the person who asks, who has the page «Учётная запись» for that.
 */
export type OperatorRefusal = 'gone' | 'last' | 'self';

/** In the order of logins. @param login one of them, without case */
export async function listOperators(db: Kysely<PostgresSchema>, _scope: OperatorScope, login?: string): Promise<OperatorUser[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('users')
      .select(['login', 'role', 'email', 'blocked_at', 'created_at'])
      .select(sql<boolean>`totp_secret IS NOT NULL`.as('factor'))
      // a former person of the same login signed in before this one was made
      .select((e) =>
        e
          .selectFrom('audit')
          .select((a) => a.fn.max('audit.at').as('at'))
          .where('audit.tenant', 'is', null)
          .where('audit.act', '=', 'person.sign-in')
          .whereRef('audit.subject', '=', 'users.login')
          .whereRef('audit.at', '>=', 'users.created_at')
          .as('signed_in'),
      )
      .where('tenant', 'is', null)
      .$if(login !== undefined, (q) => q.where(sql`lower(login)`, '=', (login ?? '').toLowerCase()))
      .orderBy(sql`lower(login)`)
      .execute(),
  );
  return rows.map((r) => ({
    login: r.login,
    role: operatorRoleOf(r.role),
    email: r.email,
    blocked: r.blocked_at !== null,
    secondFactor: r.factor,
    createdAt: r.created_at,
    lastSignInAt: r.signed_in,
  }));
}

/**
 * Makes one of the operator's people.
 * @returns false when the login is taken. @throws SignInBusy
 */
export async function addOperator(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  caller: Caller,
  login: string,
  form: z.output<typeof operatorSchema>,
): Promise<boolean> {
  const password_hash = await hashPassword(form.password);
  return asOperator(db, (trx) => add(trx, caller, login, form, password_hash));
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
): Promise<{ created: boolean } | Exclude<OperatorRefusal, 'gone'>> {
  const password_hash = await hashPassword(form.password);
  return asOperator(db, async (trx) => {
    if (await add(trx, caller, login, form, password_hash)) return { created: true };
    const changed = await change(trx, caller, login, form, password_hash);
    // whoever had the login was deleted at this very moment
    if (changed === 'gone') return { created: await add(trx, caller, login, form, password_hash) };
    return changed ?? { created: false };
  });
}

/**
 * Changes what is named. Another password or role, blocking, and the end of a second factor sign the person out everywhere.
 * @returns null: done. @throws SignInBusy
 */
export async function changeOperator(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  caller: Caller,
  login: string,
  form: OperatorChange,
): Promise<OperatorRefusal | null> {
  const password_hash = form.password === undefined ? undefined : await hashPassword(form.password);
  return asOperator(db, (trx) => change(trx, caller, login, form, password_hash));
}

/** @returns null: done */
export async function deleteOperator(
  db: Kysely<PostgresSchema>,
  _scope: OperatorScope,
  caller: Caller,
  login: string,
): Promise<OperatorRefusal | null> {
  return asOperator(db, async (trx) => {
    const known = await held(trx, login);
    if (!known) return 'gone';
    if (isSelf(caller, known)) return 'self';
    if (known.isLast) return 'last';
    // sessions, known browsers, codes and links go with the row
    await trx.deleteFrom('users').where('id', '=', known.id).execute();
    await noteAct(trx, null, { actor: actorOf(caller), act: 'person.delete', subject: known.login, before: told(known) });
    return null;
  });
}

async function add(
  trx: Transaction<PostgresSchema>,
  caller: Caller,
  login: string,
  { role, email }: z.output<typeof operatorSchema>,
  password_hash: string,
): Promise<boolean> {
  const made = await trx
    .insertInto('users')
    .values({ tenant: null, login, employee: null, password_hash, role: storedRole(role), email })
    .onConflict((c) => c.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made) return false;
  const after = { role, email, password: 'new' };
  await noteAct(trx, null, { actor: actorOf(caller), act: 'person.add', subject: login, after });
  return true;
}

async function change(
  trx: Transaction<PostgresSchema>,
  caller: Caller,
  login: string,
  { role, email, blocked, secondFactor, password }: OperatorChange,
  password_hash: string | undefined,
): Promise<OperatorRefusal | null> {
  const known = await held(trx, login);
  if (!known) return 'gone';
  if (isSelf(caller, known)) return 'self';
  if (known.isLast && (role === 'support' || blocked === true)) return 'last';
  const was = told(known);
  await trx
    .updateTable('users')
    .set({
      updated_at: new Date(),
      ...(password_hash === undefined ? {} : { password_hash }),
      ...(role === undefined ? {} : { role: storedRole(role) }),
      ...(email === undefined ? {} : { email }),
      ...(blocked === undefined ? {} : { blocked_at: blocked ? (known.blocked_at ?? new Date()) : null }),
    })
    .where('id', '=', known.id)
    .execute();
  if (secondFactor === false) await dropSecondFactor(trx, known.id);
  const isOtherRole = role !== undefined && role !== was.role;
  if (password_hash !== undefined || isOtherRole || blocked === true || secondFactor === false) await signOutEverywhere(trx, known.id);
  const act = blocked === undefined || blocked === was.blocked ? 'person.change' : blocked ? 'person.block' : 'person.unblock';
  const after = { ...was, ...given({ role, email, blocked, secondFactor }), ...(password === undefined ? {} : { password: 'new' }) };
  await noteAct(trx, null, { actor: actorOf(caller), act, subject: known.login, before: was, after });
  return null;
}

/**
 * One of the operator's people, held until the transaction ends together with all operators who can sign in: two who take the
 * role from each other at once come one after the other, and the second is told that theirs is the last.
 */
async function held(trx: Transaction<PostgresSchema>, login: string) {
  const operators = await trx
    .selectFrom('users')
    .select('id')
    .where('tenant', 'is', null)
    .where('role', '=', storedRole('operator'))
    .where('blocked_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  const known = await trx
    .selectFrom('users')
    .select(['id', 'login', 'role', 'email', 'blocked_at'])
    .where('tenant', 'is', null)
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .forUpdate()
    .executeTakeFirst();
  return known && { ...known, isLast: operators.length === 1 && operators[0]?.id === known.id };
}

const isSelf = (caller: Caller, { id }: { id: string }) => caller.by === 'person' && caller.id === id;

const told = (known: { role: PostgresSchema['users']['role']; email: string | null; blocked_at: Date | null }) => ({
  role: operatorRoleOf(known.role),
  email: known.email,
  blocked: known.blocked_at !== null,
});

/** Without what is not named. */
const given = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const operatorRoleOf = (role: PostgresSchema['users']['role']): OperatorRole =>
  holderOf(null, role) === 'support' ? 'support' : 'operator';
