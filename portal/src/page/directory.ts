import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { projectNames } from '@callscope/modules/access/projects.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { listTags } from '@callscope/modules/marks/tags.ts';
import { deps } from '@callscope/portal/deps.ts';
import { visibleTo } from './directory/visible.ts';
import type { CompanyNames } from './names.ts';

/** Names of a company's people, numbers and groups as they are now: one question. Whoever sees some employees' calls gets their names. */
export async function loadNames(scope: TenantScope, company: Tenant): Promise<CompanyNames> {
  const { db, clock } = deps();
  const [directory, projects, tags] = await Promise.all([
    getDirectory(db, scope, new Date(clock.now())),
    namedProjects(scope),
    listTags(db, scope),
  ]);
  return namesIn(visibleTo(directory?.body ?? EMPTY, scope, company), company, projects, tags);
}

/** What a directory calls people, numbers and groups. */
export function namesIn(
  { employees, numbers, groups }: DirectoryBody,
  { country }: Pick<Tenant, 'country'>,
  projects: CompanyNames['projects'] = [],
  tags: CompanyNames['tags'] = [],
): CompanyNames {
  return {
    employees: employees.map(({ id, name, group }) => ({ id, name, group: group ?? '' })),
    numbers: numbers.map(({ number, label, channel }) => ({ number: normalizePhone(number, country), name: label || channel || '' })),
    groups: groups.map(({ id, name }) => ({ id, name })),
    channels: channelsOf(numbers),
    projects,
    tags: tags.map(({ id, name }) => ({ id, name })),
  };
}

/** Names of the company's projects; whoever sees a part of it is not told of the others. */
export function namedProjects(scope: TenantScope): Promise<{ id: string; name: string }[]> {
  return scope.within === undefined ? projectNames(deps().db, scope) : Promise.resolve([]);
}

/** Each once, in the order of their names. */
export function channelsOf(numbers: readonly { channel: string | null }[]): string[] {
  return [...new Set(numbers.map(({ channel }) => channel ?? ''))]
    .filter((channel) => channel !== '')
    .sort((a, b) => a.localeCompare(b, 'ru'));
}
