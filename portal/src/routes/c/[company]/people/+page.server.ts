import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { letIn, shutOut } from '@callscope/modules/access/outside.ts';
import { passwordFault } from '@callscope/modules/access/password-rules.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { isRole, PROJECT_ROLES } from '@callscope/modules/access/rights.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import {
  changeUser,
  deleteUsers,
  LOGIN,
  listUsers,
  putUser,
  setSecondFactorRoles,
  type UserChange,
} from '@callscope/modules/access/users.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { renewPhonePassword } from '@callscope/modules/pbx/connections.ts';
import { deps } from '@callscope/portal/deps.ts';
import { error, fail } from '@sveltejs/kit';
import { companyOf, requireRight, requireSession } from '#page/company.ts';
import { loadPeople } from '#page/people/load.ts';
import { EMAIL, fieldsOf } from '#page/sign-in/visitor.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
  const { scope, session } = rightsOf(event);
  return { people: await loadPeople(scope, session) };
};

function rightsOf(event: Pick<RequestEvent, 'locals' | 'url' | 'params'>): { scope: TenantScope; session: Session } {
  return { scope: requireRight(event, 'users:write'), session: requireSession(event) };
}

/** The own password, role and way in are not to be changed here: L-24. */
const isSelf = (session: Session, scope: TenantScope, login: string) =>
  session.tenant === scope.tenant && session.login.toLowerCase() === login.toLowerCase();

export const actions: Actions = {
  save: async (event) => {
    const { scope, session } = rightsOf(event);
    const given = await fieldsOf(event.request, [
      'before',
      'login',
      'role',
      'employee',
      'email',
      'password',
      'resetFactor',
      'groups',
      'onlyProjects',
    ]);
    const login = given.before === '' ? given.login.trim() : given.before;
    const { role } = given;
    const [email, employee] = [given.email.trim() || null, given.employee || null];
    const { db, clock } = deps();
    if (!LOGIN.test(login)) return fail(400, { fault: 'login' as const });
    if (!isRole(role)) return fail(400, { fault: 'role' as const });
    if (email !== null && !EMAIL.test(email)) return fail(400, { fault: 'email' as const });
    const isNew = given.before === '';
    if (isNew || given.password !== '') {
      const fault = await passwordFault(given.password, [login, (await companyOf(scope)).domain]);
      if (fault !== null) return fail(400, { fault: fault === 'known' ? ('knownPassword' as const) : ('password' as const) });
    }
    const onlyProjects = PROJECT_ROLES.includes(role) && given.onlyProjects !== '';
    const groups = role === 'group-admin' ? given.groups.split(' ').filter(Boolean) : [];
    const directory = (await getDirectory(db, scope, new Date(clock.now())))?.body;
    if (employee !== null && !directory?.employees.some((e) => e.id === employee)) return fail(400, { fault: 'employee' as const });
    if (role === 'group-admin' && (groups.length === 0 || groups.some((id) => !directory?.groups.some((g) => g.id === id))))
      return fail(400, { fault: 'groups' as const });
    const [known] = await listUsers(db, scope, login);
    if (isNew && known) return fail(409, { fault: 'taken' as const });
    const self = isSelf(session, scope, login);
    if (self && (given.password !== '' || role !== known?.role || given.resetFactor !== '')) return fail(403, { fault: 'self' as const });
    try {
      if (isNew) {
        await putUser(db, scope, session.caller, login, { password: given.password, role, employee, groups, onlyProjects, email });
        return { done: 'added' as const };
      }
      const change: UserChange = { role, employee, groups, onlyProjects, email };
      if (given.password !== '') change.password = given.password;
      if (given.resetFactor !== '') change.secondFactor = false;
      if (!(await changeUser(db, scope, session.caller, login, change))) error(404, 'no such user');
      return { done: 'saved' as const };
    } catch (cause) {
      if (cause instanceof SignInBusy) return fail(429, { fault: 'failed' as const });
      throw cause;
    }
  },
  block: async (event) => {
    const { scope, session } = rightsOf(event);
    const { login, blocked } = await fieldsOf(event.request, ['login', 'blocked']);
    if (isSelf(session, scope, login)) return fail(403, { fault: 'self' as const });
    if (!(await changeUser(deps().db, scope, session.caller, login, { blocked: blocked === '1' }))) error(404, 'no such user');
    return { done: blocked === '1' ? ('blockedNow' as const) : ('unblockedNow' as const) };
  },
  remove: async (event) => {
    const { scope, session } = rightsOf(event);
    const logins = (await event.request.formData()).getAll('login').map(String).slice(0, 1_000);
    if (logins.some((login) => isSelf(session, scope, login))) return fail(403, { fault: 'self' as const });
    await deleteUsers(deps().db, scope, session.caller, logins);
    return { done: 'removed' as const };
  },
  rules: async (event) => {
    const { scope, session } = rightsOf(event);
    const roles = (await event.request.formData()).getAll('roles').map(String).filter(isRole);
    await setSecondFactorRoles(deps().db, scope, session.caller, roles);
    return { done: 'rulesSaved' as const };
  },
  letIn: async (event) => {
    const { scope, session } = rightsOf(event);
    const { who, onlyProjects } = await fieldsOf(event.request, ['who', 'onlyProjects']);
    const [, login, domain] = /^\s*([^\s@]{1,64})@([^\s@]{1,253})\s*$/.exec(who) ?? [];
    if (login === undefined || domain === undefined) return fail(400, { fault: 'who' as const });
    const { db, clock } = deps();
    const made = await letIn(db, scope, session.caller, { login, domain, onlyProjects: onlyProjects !== '' }, clock.now());
    if (typeof made === 'string') return fail(made === 'busy' ? 429 : 400, { fault: made });
    return { done: 'letIn' as const };
  },
  shutOut: async (event) => {
    const { scope, session } = rightsOf(event);
    const { id } = await fieldsOf(event.request, ['id']);
    if (!/^\d{1,18}$/.test(id) || !(await shutOut(deps().db, scope, session.caller, id))) error(404, 'nobody of that id was let in');
    return { done: 'shutOut' as const };
  },
  access: async (event) => {
    const { scope, session } = rightsOf(event);
    const { login } = await fieldsOf(event.request, ['login']);
    const password = await renewPhonePassword(deps().db, scope, session.caller, login);
    if (password === null) error(404, 'no such account');
    return { access: { login, password } };
  },
};
