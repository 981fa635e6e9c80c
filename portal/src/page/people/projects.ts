import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { listOutside } from '@callscope/modules/access/outside.ts';
import { listProjects } from '@callscope/modules/access/projects.ts';
import { PROJECT_ROLES } from '@callscope/modules/access/rights.ts';
import { listUsers } from '@callscope/modules/access/users.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyOf } from '../company.ts';

/** Projects with whoever may be ticked in them, and what of the directory they can be made of (L-21, L-22). */
export async function loadProjects(scope: TenantScope) {
  const { db, clock } = deps();
  const [{ country }, projects, users, outside, directory] = await Promise.all([
    companyOf(scope),
    listProjects(db, scope),
    listUsers(db, scope),
    listOutside(db, scope),
    getDirectory(db, scope, new Date(clock.now())),
  ]);
  return {
    projects,
    people: [
      ...users.map(({ login, role, onlyProjects }) => ({
        id: login,
        name: login,
        role,
        isOutside: false,
        isLimited: onlyProjects && PROJECT_ROLES.includes(role),
        mayBeLimited: PROJECT_ROLES.includes(role),
      })),
      ...outside.map(({ id, login, domain, onlyProjects }) => ({
        id,
        name: `${login}@${domain}`,
        role: 'outside-observer' as const,
        isOutside: true,
        isLimited: onlyProjects,
        mayBeLimited: true,
      })),
    ],
    numbers: (directory?.body.numbers ?? []).map(({ number, label, channel }) => ({
      value: normalizePhone(number, country),
      label: label || channel || '',
    })),
    groups: (directory?.body.groups ?? []).map(({ id, name }) => ({ value: id, label: name })),
  };
}

export type ProjectsData = Awaited<ReturnType<typeof loadProjects>>;
export type ProjectLine = ProjectsData['projects'][number];
