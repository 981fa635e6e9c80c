import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { passwordFault } from '@callscope/modules/access/password-rules.ts';
import { changeUser, deleteUsers, LOGIN, listUsers, putUser, type User, userChange, userSchema } from '@callscope/modules/access/users.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const userOut = z.object({ login: z.string(), role: userSchema.shape.role, employee: z.string().nullable() });
const userWhole = userOut.extend({
  groups: z.array(z.string()),
  onlyProjects: z.boolean(),
  email: z.string().nullable(),
  blocked: z.boolean(),
  secondFactor: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime().nullable().describe('last use of a device that is still signed in'),
});
const content = { 'application/json': { schema: userOut } };
const whole = { 'application/json': { schema: userWhole } };
const userParam = tenantParam.extend({
  login: z
    .string()
    .regex(LOGIN, '1 to 64 characters without spaces, / ? # or %')
    .openapi({ param: { name: 'login', in: 'path' } }),
});
const about = { path: '/tenants/{tenant}/users/{login}', tags: ['Users'] };

const toJson = ({ createdAt, lastSeenAt, ...user }: User) => ({
  ...user,
  createdAt: createdAt.toISOString(),
  lastSeenAt: lastSeenAt?.toISOString() ?? null,
});
const noUser = (login: string) => new Problem(404, `the company has no user "${login}"`);

/** @throws Problem for a password that is tried first */
export async function requirePassword(password: string | undefined, login: string, domain: string): Promise<void> {
  if (password === undefined || (await passwordFault(password, [login, domain])) === null) return;
  throw new Problem(400, 'the request is wrong in these fields', [
    { field: 'password', message: 'it is among the passwords that are tried first: choose another' },
  ]);
}

/** People of a company who sign in to its pages. */
export function userRoutes(api: Api, { db, clock }: Deps): void {
  /** Who the person is, and whose admin, must be in the directory. @throws Problem */
  async function requireInDirectory(
    scope: TenantScope,
    { employee, groups = [] }: { employee?: string | null | undefined; groups?: string[] | undefined },
  ): Promise<void> {
    if ((employee === null || employee === undefined) && groups.length === 0) return;
    const directory = await getDirectory(db, scope, new Date(clock.now()));
    const wrong = groups
      .filter((id) => !directory?.body.groups.some((g) => g.id === id))
      .map((id) => ({ field: 'groups', message: `"${id}" is not a group of the directory` }));
    if (employee && !directory?.body.employees.some((e) => e.id === employee))
      wrong.push({ field: 'employee', message: `"${employee}" is not an employee of the directory` });
    if (wrong.length > 0) throw new Problem(400, 'the request is wrong in these fields', wrong);
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/users',
      tags: ['Users'],
      summary: 'People who sign in',
      needs: 'users:write',
      request: { params: tenantParam },
      responses: {
        200: { description: 'In the order of logins', content: { 'application/json': { schema: z.object({ data: z.array(userWhole) }) } } },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      return c.json({ data: (await listUsers(db, scope)).map(toJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      needs: 'users:write',
      ...about,
      method: 'get',
      summary: 'A person who signs in',
      request: { params: userParam },
      responses: { 200: { description: 'The person', content: whole }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const [user] = await listUsers(db, scopeOf(c), login);
      if (!user) throw noUser(login);
      return c.json(toJson(user), 200);
    },
  );

  api.openapi(
    createRoute({
      needs: 'users:write',
      ...about,
      method: 'put',
      summary: 'Create or replace a person who signs in',
      description: 'Logins are compared without case. Whoever was signed in under this login must sign in again.',
      request: { params: userParam, body: { required: true, content: { 'application/json': { schema: userSchema } } } },
      responses: {
        200: { description: 'Replaced', content },
        201: { description: 'Created', content },
        ...problems(400, 401, 403, 404, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { tenant, login } = c.req.valid('param');
      const form = c.req.valid('json');
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      await requirePassword(form.password, login, company.domain);
      await requireInDirectory(scope, form);
      const { created } = await putUser(db, scope, c.get('caller'), login, form);
      return c.json({ login, role: form.role, employee: form.employee }, created ? 201 : 200);
    },
  );

  api.openapi(
    createRoute({
      needs: 'users:write',
      ...about,
      method: 'patch',
      summary: 'Change a person who signs in',
      description: 'What is not named stays. Another password, role or employee, and blocking, sign the person out everywhere.',
      request: { params: userParam, body: { required: true, content: { 'application/json': { schema: userChange } } } },
      responses: { 200: { description: 'Changed', content: whole }, ...problems(400, 401, 403, 404, 413, 415, 429, 503) },
    }),
    async (c) => {
      const { tenant, login } = c.req.valid('param');
      const change = c.req.valid('json');
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      await requirePassword(change.password, login, company.domain);
      await requireInDirectory(scope, change);
      if (!(await changeUser(db, scope, c.get('caller'), login, change))) throw noUser(login);
      const [user] = await listUsers(db, scope, login);
      if (!user) throw noUser(login);
      return c.json(toJson(user), 200);
    },
  );

  api.openapi(
    createRoute({
      needs: 'users:write',
      ...about,
      method: 'delete',
      summary: 'Delete a person who signs in',
      description: 'They are signed out at once. Calls and recordings stay.',
      request: { params: userParam },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const gone = await deleteUsers(db, scopeOf(c), c.get('caller'), [login]);
      if (gone.length === 0) throw noUser(login);
      return c.body(null, 204);
    },
  );
}
