import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { type Actor, actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';
import { LEAST_PASSWORD, MOST_PASSWORD } from './password-rules.ts';
import { hashPassword, madePassword } from './passwords.ts';
import { isRole, PROJECT_ROLES, ROLES, type Role, type StoredRole } from './rights.ts';
import { dropSecondFactor } from './second-factor.ts';

export const LOGIN = /^[^\s/?#%]{1,64}$/;

const password = z.string().min(LEAST_PASSWORD, `at least ${LEAST_PASSWORD} characters`).max(MOST_PASSWORD);
const employee = z.string().min(1).max(64).nullable().describe("id of the employee in the company's directory");
const groups = z.array(z.string().min(1).max(64)).max(500).describe('ids of groups of the directory: what an admin of groups sees');
const onlyProjects = z
  .boolean()
  .describe(
    `true: sees the projects that they were ticked in alone, and without one nothing; for ${PROJECT_ROLES.filter(isRole).join(', ')}`,
  );
const email = z.email().max(254).nullable().describe('where a link to a new password is sent');

export const userSchema = z.strictObject({
  password,
  role: z.enum(ROLES),
  employee: employee.nullish().transform((v) => v ?? null),
  groups: groups.default([]),
  onlyProjects: onlyProjects.default(false),
  email: email.nullish().transform((v) => v ?? null),
});
/** What is not named stays as it is. */
export const userChange = z.strictObject({
  password: password.optional(),
  role: z.enum(ROLES).optional(),
  employee: employee.optional(),
  groups: groups.optional(),
  onlyProjects: onlyProjects.optional(),
  email: email.optional(),
  blocked: z.boolean().optional().describe('true: signed out at once, and no sign-in any more'),
  secondFactor: z.literal(false).optional().describe('false: taken away, for whoever lost the device and the codes'),
});
export type UserChange = z.output<typeof userChange>;

/** Somebody who signs in, as administrators see them. */
export interface User {
  login: string;
  role: Role;
  employee: string | null;
  groups: string[];
  /** sees projects alone; means something in some roles only */
  onlyProjects: boolean;
  email: string | null;
  blocked: boolean;
  secondFactor: boolean;
  createdAt: Date;
  /** last use of a device that is still signed in */
  lastSeenAt: Date | null;
}

/** The company's people in the order of their logins. @param login one of them, without case */
export async function listUsers(db: Kysely<PostgresSchema>, scope: TenantScope, login?: string): Promise<User[]> {
  const rows = await asTenant(db, scope.tenant, (trx) =>
    trx
      .selectFrom('users')
      .select(['login', 'role', 'employee', 'groups', 'only_projects', 'email', 'blocked_at', 'created_at'])
      .select(sql<boolean>`totp_secret IS NOT NULL`.as('factor'))
      .select((e) =>
        e
          .selectFrom('sessions')
          .select((s) => s.fn.max('sessions.last_seen_at').as('seen'))
          .whereRef('sessions.user_id', '=', 'users.id')
          .as('seen'),
      )
      .where('tenant', '=', scope.tenant)
      .$if(login !== undefined, (q) => q.where(sql`lower(login)`, '=', (login ?? '').toLowerCase()))
      .orderBy(sql`lower(login)`)
      .execute(),
  );
  return rows.map((r) => ({
    login: r.login,
    // userSchema lets nothing else in
    role: r.role as Role,
    employee: r.employee,
    groups: r.groups,
    onlyProjects: r.only_projects,
    email: r.email,
    blocked: r.blocked_at !== null,
    secondFactor: r.factor,
    createdAt: r.created_at,
    lastSeenAt: r.seen,
  }));
}

/**
 * Creates or replaces a person of a company; whoever was signed in as them must sign in again.
 * @returns created: false when they were known. @throws SignInBusy
 */
export async function putUser(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  caller: Caller,
  login: string,
  form: z.output<typeof userSchema>,
): Promise<{ created: boolean }> {
  const password_hash = await hashPassword(form.password);
  return asTenant(db, scope.tenant, async (trx) => {
    const values = {
      password_hash,
      role: form.role,
      employee: form.employee,
      groups: form.groups,
      only_projects: form.onlyProjects,
      email: form.email,
      updated_at: new Date(),
    };
    const known = await find(trx, scope, login);
    const { password: _, ...given } = form;
    const after = { ...given, password: 'new' };
    if (known) {
      await trx.updateTable('users').set(values).where('id', '=', known.id).execute();
      await signOutEverywhere(trx, known.id);
      await note(trx, scope, actorOf(caller), 'person.change', known.login, told(known), after);
      return { created: false };
    }
    await trx
      .insertInto('users')
      .values({ tenant: scope.tenant, login, ...values })
      .execute();
    await note(trx, scope, actorOf(caller), 'person.add', login, undefined, after);
    return { created: true };
  });
}

/**
 * Changes what is named. Another password, role, employee or groups, and blocking, sign the person out everywhere.
 * @returns false when the company has no such person. @throws SignInBusy
 */
export async function changeUser(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  caller: Caller,
  login: string,
  change: UserChange,
): Promise<boolean> {
  const password_hash = change.password === undefined ? undefined : await hashPassword(change.password);
  return asTenant(db, scope.tenant, async (trx) => {
    const known = await find(trx, scope, login);
    if (!known) return false;
    const { role, employee, groups: within, onlyProjects, email, blocked } = change;
    await trx
      .updateTable('users')
      .set({
        updated_at: new Date(),
        ...(password_hash === undefined ? {} : { password_hash }),
        ...(role === undefined ? {} : { role }),
        ...(employee === undefined ? {} : { employee }),
        ...(within === undefined ? {} : { groups: within }),
        ...(onlyProjects === undefined ? {} : { only_projects: onlyProjects }),
        ...(email === undefined ? {} : { email }),
        ...(blocked === undefined ? {} : { blocked_at: blocked ? (known.blocked_at ?? new Date()) : null }),
      })
      .where('id', '=', known.id)
      .execute();
    if (change.secondFactor === false) await dropSecondFactor(trx, known.id);
    const differs =
      (role ?? known.role) !== known.role ||
      (employee === undefined ? known.employee : employee) !== known.employee ||
      (within !== undefined && within.join() !== known.groups.join());
    if (password_hash !== undefined || differs || blocked === true || change.secondFactor === false) await signOutEverywhere(trx, known.id);
    const { password: _, ...after } = change;
    const act =
      blocked === undefined || blocked === (known.blocked_at !== null) ? 'person.change' : blocked ? 'person.block' : 'person.unblock';
    await note(
      trx,
      scope,
      actorOf(caller),
      act,
      known.login,
      told(known),
      password_hash === undefined ? after : { ...after, password: 'new' },
    );
    return true;
  });
}

/** @returns logins that were there and are no more */
export async function deleteUsers(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  caller: Caller,
  logins: readonly string[],
): Promise<string[]> {
  return asTenant(db, scope.tenant, async (trx) => {
    const gone: string[] = [];
    for (const login of logins) {
      const known = await find(trx, scope, login);
      if (!known) continue;
      // sessions, known browsers, codes and links go with the row
      await trx.deleteFrom('users').where('id', '=', known.id).execute();
      await note(trx, scope, actorOf(caller), 'person.delete', known.login, told(known));
      gone.push(known.login);
    }
    return gone;
  });
}

/** Roles of the company whose people must have a second factor. */
export async function secondFactorRoles(db: Kysely<PostgresSchema>, scope: TenantScope): Promise<Role[]> {
  const row = await asTenant(db, scope.tenant, (trx) =>
    trx.selectFrom('sign_in_rules').select('second_factor_roles').where('tenant', '=', scope.tenant).executeTakeFirst(),
  );
  return ROLES.filter((role) => row?.second_factor_roles.includes(role));
}

export async function setSecondFactorRoles(
  db: Kysely<PostgresSchema>,
  scope: TenantScope,
  caller: Caller,
  roles: readonly Role[],
): Promise<void> {
  const before = await secondFactorRoles(db, scope);
  await asTenant(db, scope.tenant, async (trx) => {
    const second_factor_roles = [...roles];
    await trx
      .insertInto('sign_in_rules')
      .values({ tenant: scope.tenant, second_factor_roles })
      .onConflict((c) => c.column('tenant').doUpdateSet({ second_factor_roles }))
      .execute();
    const actor = actorOf(caller);
    await noteAct(trx, scope.tenant, {
      actor,
      act: 'person.rules',
      subject: '',
      before: { secondFactor: before },
      after: { secondFactor: roles },
    });
  });
}

function find(trx: Transaction<PostgresSchema>, scope: TenantScope, login: string) {
  return trx
    .selectFrom('users')
    .select(['id', 'login', 'role', 'employee', 'groups', 'only_projects', 'email', 'blocked_at'])
    .where('tenant', '=', scope.tenant)
    .where(sql`lower(login)`, '=', login.toLowerCase())
    .forUpdate()
    .executeTakeFirst();
}

/** Sessions, half-made sign-ins and links of letters: what was given under the former conditions. */
export async function signOutEverywhere(trx: Transaction<PostgresSchema>, userId: string): Promise<void> {
  await trx.deleteFrom('sessions').where('user_id', '=', userId).execute();
  await trx.deleteFrom('tickets').where('user_id', '=', userId).execute();
}

const told = (known: {
  role: StoredRole;
  employee: string | null;
  groups: string[];
  only_projects: boolean;
  email: string | null;
  blocked_at: Date | null;
}) => ({
  role: known.role,
  employee: known.employee,
  groups: known.groups,
  onlyProjects: known.only_projects,
  email: known.email,
  blocked: known.blocked_at !== null,
});

function note(
  trx: Transaction<PostgresSchema>,
  { tenant }: TenantScope,
  actor: Actor,
  act: 'person.add' | 'person.change' | 'person.block' | 'person.unblock' | 'person.delete',
  subject: string,
  before?: object,
  after?: object,
): Promise<void> {
  return noteAct(trx, tenant, { actor, act, subject, before, after });
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
  const password = madePassword();
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
