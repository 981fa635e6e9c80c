import { LOGIN, putUser, userSchema } from '@callscope/modules/access/users.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { createRoute, z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, BEARER, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const userOut = z.object({ login: z.string(), role: userSchema.shape.role, employee: z.string().nullable() });
const content = { 'application/json': { schema: userOut } };

/** People of a company who sign in to its pages. */
export function userRoutes(api: Api, { db, clock }: Deps): void {
  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/users/{login}',
      tags: ['Users'],
      summary: 'Create or replace a person who signs in',
      description: 'Logins are compared without case. Whoever was signed in under this login must sign in again.',
      security: BEARER,
      request: {
        params: tenantParam.extend({
          login: z
            .string()
            .regex(LOGIN, '1 to 64 characters without spaces, / ? # or %')
            .openapi({ param: { name: 'login', in: 'path' } }),
        }),
        body: { required: true, content: { 'application/json': { schema: userSchema } } },
      },
      responses: {
        200: { description: 'Replaced', content },
        201: { description: 'Created', content },
        ...problems(400, 401, 403, 404, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { tenant, login } = c.req.valid('param');
      const form = c.req.valid('json');
      const scope = scopeOf(c, tenant, 'users:write');
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      if (form.employee !== null) {
        const directory = await getDirectory(db, scope, new Date(clock.now()));
        if (!directory?.body.employees.some((e) => e.id === form.employee))
          throw new Problem(400, 'the request is wrong in these fields', [
            { field: 'employee', message: `"${form.employee}" is not an employee of the directory` },
          ]);
      }
      const { created } = await putUser(db, scope, login, form);
      return c.json({ login, role: form.role, employee: form.employee }, created ? 201 : 200);
    },
  );
}
