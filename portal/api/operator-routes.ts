import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import { deleteOperator, listOperators, operatorSchema, putOperator } from '@callscope/modules/access/operators.ts';
import { LOGIN } from '@callscope/modules/access/users.ts';
import { z } from '@hono/zod-openapi';
import { type Api, createRoute, type Deps, operatorOf } from './context.ts';
import { Problem, problems } from './problem.ts';
import { requirePassword } from './user-routes.ts';

const operatorOut = z.object({ login: z.string(), role: operatorSchema.shape.role, email: z.string().nullable() });
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const params = z.object({
  login: z
    .string()
    .regex(LOGIN, '1 to 64 characters without spaces, / ? # or %')
    .openapi({ param: { name: 'login', in: 'path' } }),
});

/** The operator's own people, who sign in with the domain `operator`. */
export function operatorRoutes(api: Api, { db }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/users',
      tags: ['Operator'],
      summary: "The operator's people",
      needs: 'operators:write',
      responses: {
        200: { description: 'In the order of logins', content: json(z.object({ data: z.array(operatorOut) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => c.json({ data: await listOperators(db, operatorOf(c)) }, 200),
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/ops/users/{login}',
      tags: ['Operator'],
      summary: "Create or replace one of the operator's people",
      description:
        'operator may everything; support sees all companies and changes nothing. Whoever was signed in under this login must sign in again.',
      needs: 'operators:write',
      request: { params, body: { required: true, content: json(operatorSchema) } },
      responses: {
        200: { description: 'Replaced', content: json(operatorOut) },
        201: { description: 'Created', content: json(operatorOut) },
        ...problems(400, 401, 403, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const form = c.req.valid('json');
      await requirePassword(form.password, login, OPERATOR_DOMAIN);
      const { created } = await putOperator(db, operatorOf(c), c.get('caller'), login, form);
      return c.json({ login, role: form.role, email: form.email }, created ? 201 : 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/ops/users/{login}',
      tags: ['Operator'],
      summary: "Delete one of the operator's people",
      description: 'They are signed out at once.',
      needs: 'operators:write',
      request: { params },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      if (!(await deleteOperator(db, operatorOf(c), c.get('caller'), login))) throw new Problem(404, `the operator has no user "${login}"`);
      return c.body(null, 204);
    },
  );
}
