import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { listOutside } from '@callscope/modules/access/outside.ts';
import { listProjects } from '@callscope/modules/access/projects.ts';
import { GRANTS, ofProjects, PROJECT_ROLES, ROLES } from '@callscope/modules/access/rights.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import { listUsers, secondFactorRoles } from '@callscope/modules/access/users.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { phoneAccounts } from '@callscope/modules/pbx/connections.ts';
import { deps } from '@callscope/portal/deps.ts';

/** The company's people, who of them is asking, and what phones connect with (L-15, L-23). */
export async function loadPeople(scope: TenantScope, session: Session) {
  const { db, clock, sip } = deps();
  const [users, directory, required, accounts, projects, outside] = await Promise.all([
    listUsers(db, scope),
    getDirectory(db, scope, new Date(clock.now())),
    secondFactorRoles(db, scope),
    phoneAccounts(db, scope),
    listProjects(db, scope),
    listOutside(db, scope),
  ]);
  const employees = (directory?.body.employees ?? []).map(({ id, name, extensions }) => ({ id, name, extensions }));
  const listed = new Map((directory?.body.accounts ?? []).map((a) => [a.user, a.extensions]));
  return {
    users: users.map((user) => ({
      ...user,
      reach:
        (user.onlyProjects && PROJECT_ROLES.includes(user.role) ? ofProjects(GRANTS[user.role]) : GRANTS[user.role])['calls:read'] ?? 'own',
      projects: projects.filter((p) => p.people.includes(user.login)).map((p) => p.name),
      isMe: session.tenant === scope.tenant && user.login.toLowerCase() === session.login.toLowerCase(),
    })),
    employees: employees.map(({ id, name }) => ({ id, name })),
    groups: (directory?.body.groups ?? []).map(({ id, name }) => ({ id, name })),
    roles: [...ROLES],
    required,
    outside: outside.map((one) => ({
      ...one,
      projects: projects.filter((p) => p.outside.includes(one.id)).map((p) => p.name),
    })),
    accounts: accounts.map((account) => ({
      ...account,
      employee: employees.find((e) => e.extensions.some((x) => listed.get(account.login)?.includes(x)))?.name ?? null,
    })),
    sip,
  };
}

export type People = Awaited<ReturnType<typeof loadPeople>>;
export type PersonLine = People['users'][number];
