import { NOTHING, type Within } from '@callscope/core/domain/reach.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { asTenant } from '@callscope/core/node/postgres.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { PostgresSchema } from '../schema.ts';
import { GRANTS, type Holder, ofProjects, PROJECT_ROLES, type Standing } from './rights.ts';

/** A person in a company, as far as it says how far their rights reach. */
export interface Reaching {
  id: string;
  role: Holder;
  tenant: string | null;
  /** id of the employee that they are; null: nobody of the directory */
  employee: string | null;
  /** ids of groups of the directory, for an admin of groups */
  groups: readonly string[];
  only_projects: boolean;
}

/** What a person may in their company by the directory and the projects as they are now. */
export async function standingOf(trx: Transaction<PostgresSchema>, person: Reaching): Promise<Standing> {
  const { role, tenant, employee } = person;
  const isOfProjects = person.only_projects && PROJECT_ROLES.includes(role);
  const rights = isOfProjects ? ofProjects(GRANTS[role]) : GRANTS[role];
  if (tenant === null) return { rights, within: NOTHING };
  const isOfGroups = Object.values(rights).includes('groups');
  const given = isOfProjects ? await projectsOf(trx, tenant, person.id) : { groups: isOfGroups ? person.groups : [], numbers: [] };
  const own = employee === null ? [] : [employee];
  const members = await employeesOf(trx, tenant, given.groups);
  return { rights, within: { ...given, employees: [...new Set([...own, ...members])] } };
}

/** Groups and own numbers of the projects that a person was ticked in. */
async function projectsOf(trx: Transaction<PostgresSchema>, tenant: string, user: string): Promise<Pick<Within, 'groups' | 'numbers'>> {
  const rows = await trx
    .selectFrom('projects')
    .innerJoin('project_people', (j) =>
      j.onRef('project_people.tenant', '=', 'projects.tenant').onRef('project_people.project', '=', 'projects.id'),
    )
    .select(['projects.groups', 'projects.numbers'])
    .where('projects.tenant', '=', tenant)
    .where('project_people.user_id', '=', user)
    .execute();
  const all = (kind: 'groups' | 'numbers') => [...new Set(rows.flatMap((row) => row[kind]))];
  return { groups: all('groups'), numbers: all('numbers') };
}

/** What whoever is given one of these projects sees, by its id; a project that is not there is left out. */
export function projectReach(db: Kysely<PostgresSchema>, { tenant }: TenantScope, ids: readonly string[]): Promise<Record<string, Within>> {
  return asTenant(db, tenant, async (trx) => {
    const known = ids.filter((id) => /^\d{1,18}$/.test(id));
    if (known.length === 0) return {};
    const rows = await trx
      .selectFrom('projects')
      .select(['id', 'groups', 'numbers'])
      .where('tenant', '=', tenant)
      .where('id', 'in', known)
      .execute();
    const reach = await Promise.all(
      rows.map(async ({ id, ...given }) => [id, { ...given, employees: await employeesOf(trx, tenant, given.groups) }] as const),
    );
    return Object.fromEntries(reach);
  });
}

/** Whoever is in these groups of a company by the directory as it is now. */
export function membersOf(db: Kysely<PostgresSchema>, { tenant }: TenantScope, groups: readonly string[]): Promise<string[]> {
  return asTenant(db, tenant, (trx) => employeesOf(trx, tenant, groups));
}

/** Whoever is in these groups by the directory as it is now. */
async function employeesOf(trx: Transaction<PostgresSchema>, tenant: string, groups: readonly string[]): Promise<string[]> {
  if (groups.length === 0) return [];
  const { rows } = await sql<{ id: string }>`SELECT e ->> 'id' AS id
    FROM (SELECT body FROM directory_versions WHERE tenant = ${tenant} AND valid_from <= now() ORDER BY valid_from DESC LIMIT 1) d,
      jsonb_array_elements(d.body -> 'employees') e
    WHERE e ->> 'group' = ANY (${[...groups]}::text[])`.execute(trx);
  return rows.map((r) => r.id);
}
