import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import { Attempts } from './attempts.ts';
import type { Caller, Outside } from './callers.ts';
import { standingOf } from './reach.ts';

/**
 * Outside observers: people of one company whom another lets look at itself, as its own observers do (L-16, L-19, L-20). Whether
 * they are there still, and how far they see, is read anew with each request.
 */

/** Whether any other company lets the person of this row of `users` look. */
export const isLetIn = sql<boolean>`EXISTS (SELECT 1 FROM outside_observers o WHERE o.user_id = users.id)`;

/** Most logins that a company may try in a quarter of an hour: nobody finds out who is where by trying. */
const MOST_TRIES = 20;
const tries = new Attempts();

/** The companies that let a person look. One that wants a second factor of its observers lets in nobody without one. */
export async function outsideOf(trx: Transaction<PostgresSchema>, person: { id: string; hasSecondFactor: boolean }): Promise<Outside[]> {
  const rows = await trx
    .selectFrom('outside_observers as o')
    .innerJoin('tenants', 'tenants.id', 'o.tenant')
    .leftJoin('sign_in_rules', 'sign_in_rules.tenant', 'o.tenant')
    .select(['o.tenant', 'o.only_projects', 'tenants.name', 'sign_in_rules.second_factor_roles'])
    .where('o.user_id', '=', person.id)
    .orderBy('tenants.name')
    .execute();
  const open = rows.filter((r) => person.hasSecondFactor || !(r.second_factor_roles ?? []).includes('observer'));
  const outside: Outside[] = [];
  for (const { tenant, name, only_projects } of open) {
    const standing = await standingOf(trx, { id: person.id, role: 'outside-observer', tenant, employee: null, groups: [], only_projects });
    outside.push({ tenant, name, ...standing });
  }
  return outside;
}

/** Companies that somebody may open, their own first; none where that is the only one. */
export async function companiesOf(db: Kysely<PostgresSchema>, { tenant, outside }: Caller): Promise<{ id: string; name: string }[]> {
  if (tenant === null || outside.length === 0) return [];
  const own = await asOperator(db, (trx) => trx.selectFrom('tenants').select(['id', 'name']).where('id', '=', tenant).executeTakeFirst());
  return [...(own ? [own] : []), ...outside.map(({ tenant: id, name }) => ({ id, name }))];
}

/** One of them as the company sees them. */
export interface OutsideObserver {
  /** of the person */
  id: string;
  login: string;
  /** of their own company */
  domain: string;
  company: string;
  onlyProjects: boolean;
  givenBy: string;
  givenAt: Date;
  /** their own company lets them in nowhere any more */
  blocked: boolean;
  /** they see nothing until they have a second factor, which this company wants of its observers */
  lacksSecondFactor: boolean;
}

export async function listOutside(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<OutsideObserver[]> {
  const rows = await asOperator(db, (trx) =>
    trx
      .selectFrom('outside_observers as o')
      .innerJoin('users', 'users.id', 'o.user_id')
      .innerJoin('tenants', 'tenants.id', 'users.tenant')
      .leftJoin('sign_in_rules', 'sign_in_rules.tenant', 'o.tenant')
      .select(['o.user_id', 'o.only_projects', 'o.given_by', 'o.given_at', 'users.login', 'users.blocked_at', 'users.totp_secret'])
      .select(['tenants.domain', 'tenants.name', 'sign_in_rules.second_factor_roles'])
      .where('o.tenant', '=', tenant)
      .orderBy('tenants.name')
      .orderBy('users.login')
      .execute(),
  );
  return rows.map((r) => ({
    id: r.user_id,
    login: r.login,
    domain: r.domain,
    company: r.name,
    onlyProjects: r.only_projects,
    givenBy: r.given_by,
    givenAt: r.given_at,
    blocked: r.blocked_at !== null,
    lacksSecondFactor: r.totp_secret === null && (r.second_factor_roles ?? []).includes('observer'),
  }));
}

/** What is typed to let somebody in: what they sign in with. */
export interface OutsideForm {
  login: string;
  domain: string;
  onlyProjects: boolean;
}
/** `own`: one of the company's people, who needs no letting in; `unknown`: nobody, or nobody who is let in anywhere */
export type LetInFault = 'unknown' | 'own' | 'busy';

/** Lets somebody of another company look, or changes how far. @returns the person's id, or why not */
export async function letIn(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  form: OutsideForm,
  now: number,
): Promise<{ id: string; isNew: boolean } | LetInFault> {
  if (!tries.take(tenant, MOST_TRIES, now)) return 'busy';
  return asOperator(db, async (trx) => {
    const person = await trx
      .selectFrom('users')
      .innerJoin('tenants', 'tenants.id', 'users.tenant')
      .select(['users.id', 'users.tenant', 'users.login', 'tenants.domain'])
      .where(sql`lower(users.login)`, '=', form.login.toLowerCase())
      .where(sql`lower(tenants.domain)`, '=', form.domain.toLowerCase())
      .where('users.blocked_at', 'is', null)
      .executeTakeFirst();
    if (!person) return 'unknown';
    if (person.tenant === tenant) return 'own';
    const before = await trx
      .selectFrom('outside_observers')
      .select('only_projects')
      .where('tenant', '=', tenant)
      .where('user_id', '=', person.id)
      .forUpdate()
      .executeTakeFirst();
    const only_projects = form.onlyProjects;
    await trx
      .insertInto('outside_observers')
      .values({ tenant, user_id: person.id, only_projects, given_by: caller.name })
      .onConflict((c) => c.columns(['tenant', 'user_id']).doUpdateSet({ only_projects }))
      .execute();
    await noteAct(trx, tenant, {
      actor: actorOf(caller),
      act: 'person.let-in',
      subject: `${person.login}@${person.domain}`,
      before: before && { onlyProjects: before.only_projects },
      after: { onlyProjects: only_projects },
    });
    return { id: person.id, isNew: before === undefined };
  });
}

/** Their next request finds nothing. @returns false when the person was not let in */
export async function shutOut(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asOperator(db, async (trx) => {
    const person = await trx
      .selectFrom('users')
      .innerJoin('tenants', 'tenants.id', 'users.tenant')
      .innerJoin('outside_observers as o', 'o.user_id', 'users.id')
      .select(['users.login', 'tenants.domain', 'o.only_projects'])
      .where('o.tenant', '=', tenant)
      .where('users.id', '=', id)
      .executeTakeFirst();
    if (!person) return false;
    await trx.deleteFrom('project_people').where('tenant', '=', tenant).where('user_id', '=', id).execute();
    await trx.deleteFrom('outside_observers').where('tenant', '=', tenant).where('user_id', '=', id).execute();
    const subject = `${person.login}@${person.domain}`;
    await noteAct(trx, tenant, { actor: actorOf(caller), act: 'person.shut-out', subject, before: { onlyProjects: person.only_projects } });
    return true;
  });
}
