import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asOperator, asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { actorOf } from '../audit/acts.ts';
import { noteAct } from '../audit/store.ts';
import type { PostgresSchema } from '../schema.ts';
import type { Caller } from './callers.ts';

/** Projects: parts of a company, by own numbers and groups, that its people are given instead of all of it (L-06, L-21, L-22). */
export interface Project {
  id: string;
  name: string;
  /** own numbers as calls have them */
  numbers: string[];
  /** ids of groups of the directory */
  groups: string[];
  /** logins of the company's people who were ticked, and ids of outside observers */
  people: string[];
  outside: string[];
}

export const MOST_PROJECTS = 500;

export const projectSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  numbers: z.array(z.string().min(1).max(64)).max(2_000).default([]).describe('own numbers of the directory'),
  groups: z.array(z.string().min(1).max(64)).max(500).default([]).describe('ids of groups of the directory'),
});
export type ProjectForm = z.output<typeof projectSchema>;

export const projectPeopleSchema = z.strictObject({
  people: z.array(z.string().min(1).max(64)).max(5_000).describe("logins of the company's people"),
  outside: z
    .array(z.string().regex(/^\d{1,18}$/))
    .max(5_000)
    .default([])
    .describe('ids of outside observers'),
});
export type ProjectPeople = z.output<typeof projectPeopleSchema>;

/** In the order of their names. */
export function listProjects(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<Project[]> {
  // outside observers' rows in users are another company's, so the company is named here
  return asOperator(db, async (trx) => {
    const rows = await trx
      .selectFrom('projects')
      .select(['id', 'name', 'numbers', 'groups'])
      .where('tenant', '=', tenant)
      .orderBy(sql`lower(name)`)
      .execute();
    const ticked = await trx
      .selectFrom('project_people')
      .innerJoin('users', 'users.id', 'project_people.user_id')
      .select(['project', 'users.id', 'users.login', 'users.tenant'])
      .where('project_people.tenant', '=', tenant)
      .orderBy(sql`lower(users.login)`)
      .execute();
    const byProject = Map.groupBy(ticked, (t) => t.project);
    return rows.map((row) => {
      const people = byProject.get(row.id) ?? [];
      return {
        ...row,
        people: people.filter((p) => p.tenant === tenant).map((p) => p.login),
        outside: people.filter((p) => p.tenant !== tenant).map((p) => p.id),
      };
    });
  });
}

/** Their names, in order: what a filter offers. */
export function projectNames(db: Kysely<PostgresSchema>, { tenant }: TenantScope): Promise<{ id: string; name: string }[]> {
  return asTenant(db, tenant, (trx) =>
    trx.selectFrom('projects').select(['id', 'name']).where('tenant', '=', tenant).orderBy(sql`lower(name)`).execute(),
  );
}

/** `taken`: another project has this name; `many`: there are MOST_PROJECTS; `unknown`: no such project */
export type ProjectFault = 'taken' | 'many' | 'unknown';

/** @param id of the project to change; null: a new one. @returns its id, or why not */
export function saveProject(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string | null,
  form: ProjectForm,
): Promise<{ id: string } | ProjectFault> {
  return asTenant(db, tenant, async (trx) => {
    const all = await trx
      .selectFrom('projects')
      .select(['id', 'name', 'numbers', 'groups'])
      .where('tenant', '=', tenant)
      .forUpdate()
      .execute();
    const before = all.find((p) => p.id === id);
    if (id !== null && !before) return 'unknown';
    if (all.some((p) => p.id !== id && p.name.toLowerCase() === form.name.toLowerCase())) return 'taken';
    if (id === null && all.length >= MOST_PROJECTS) return 'many';
    const values = { ...form, updated_at: new Date() };
    const saved = before
      ? await trx
          .updateTable('projects')
          .set(values)
          .where('tenant', '=', tenant)
          .where('id', '=', before.id)
          .returning('id')
          .executeTakeFirst()
      : // two who add one name at once: the second is told as if it had come later
        await trx
          .insertInto('projects')
          .values({ tenant, ...values })
          .onConflict((c) => c.doNothing())
          .returning('id')
          .executeTakeFirst();
    if (!saved) return 'taken';
    const told = before && { name: before.name, numbers: before.numbers, groups: before.groups };
    await noteAct(trx, tenant, {
      actor: actorOf(caller),
      act: before ? 'project.change' : 'project.add',
      subject: form.name,
      before: told,
      after: form,
    });
    return saved;
  });
}

/** Who may use a project: these and nobody else. @returns `unknown` when it is not there, or the names that are nobody's */
export function setProjectPeople(
  db: Kysely<PostgresSchema>,
  { tenant }: TenantScope,
  caller: Caller,
  id: string,
  { people, outside }: ProjectPeople,
): Promise<'unknown' | { nobody: string[] } | null> {
  return asTenant(db, tenant, async (trx) => {
    const project = await trx
      .selectFrom('projects')
      .select('name')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!project) return 'unknown';
    const users = await trx
      .selectFrom('users')
      .select(['id', sql<string>`lower(login)`.as('login')])
      .where('tenant', '=', tenant)
      .where(sql`lower(login)`, 'in', [...people.map((login) => login.toLowerCase()), ''])
      .execute();
    const observers = await trx
      .selectFrom('outside_observers')
      .select('user_id')
      .where('tenant', '=', tenant)
      .where('user_id', 'in', [...outside, '0'])
      .execute();
    const nobody = [
      ...people.filter((login) => !users.some((u) => u.login === login.toLowerCase())),
      ...outside.filter((one) => !observers.some((o) => o.user_id === one)),
    ];
    if (nobody.length > 0) return { nobody };
    const before = await tickedIn(trx, tenant, id);
    await trx.deleteFrom('project_people').where('tenant', '=', tenant).where('project', '=', id).execute();
    const after = [...users.map((u) => u.id), ...observers.map((o) => o.user_id)];
    if (after.length > 0)
      await trx
        .insertInto('project_people')
        .values(after.map((user_id) => ({ tenant, project: id, user_id })))
        .execute();
    await noteAct(trx, tenant, {
      actor: actorOf(caller),
      act: 'project.people',
      subject: project.name,
      before: { people: before },
      after: { people: await tickedIn(trx, tenant, id) },
    });
    return null;
  });
}

/** Logins, and ids of people whose login is another company's. */
async function tickedIn(trx: Transaction<PostgresSchema>, tenant: string, project: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('project_people')
    .leftJoin('users', 'users.id', 'project_people.user_id')
    .select(['project_people.user_id', 'users.login'])
    .where('project_people.tenant', '=', tenant)
    .where('project', '=', project)
    .orderBy('project_people.user_id')
    .execute();
  return rows.map((r) => r.login ?? `#${r.user_id}`);
}

/** Whoever saw this project alone sees nothing then. @returns false when it is not there */
export function removeProject(db: Kysely<PostgresSchema>, { tenant }: TenantScope, caller: Caller, id: string): Promise<boolean> {
  return asTenant(db, tenant, async (trx) => {
    const gone = await trx
      .deleteFrom('projects')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .returning(['name', 'numbers', 'groups'])
      .executeTakeFirst();
    if (gone) await noteAct(trx, tenant, { actor: actorOf(caller), act: 'project.delete', subject: gone.name, before: gone });
    return gone !== undefined;
  });
}
