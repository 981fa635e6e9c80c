import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import {
  changeOperator,
  deleteOperator,
  listOperators,
  type OperatorRefusal,
  type OperatorUser,
  operatorChange,
  operatorSchema,
  putOperator,
} from '@callscope/modules/access/operators.ts';
import { LOGIN } from '@callscope/modules/access/users.ts';
import { z } from '@hono/zod-openapi';
import { type Api, createRoute, type Deps, operatorOf } from './context.ts';
import { Problem, problems } from './problem.ts';
import { requirePassword } from './user-routes.ts';

const operatorOut = z.object({ login: z.string(), role: operatorSchema.shape.role, email: z.string().nullable() });
const operatorWhole = operatorOut.extend({
  blocked: z.boolean(),
  secondFactor: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
});
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const params = z.object({
  login: z
    .string()
    .regex(LOGIN, '1 to 64 characters without spaces, / ? # or %')
    .openapi({ param: { name: 'login', in: 'path' } }),
});

const toJson = ({ createdAt, lastSignInAt, ...user }: OperatorUser) => ({
  ...user,
  createdAt: createdAt.toISOString(),
  lastSignInAt: lastSignInAt?.toISOString() ?? null,
});

function refused(why: OperatorRefusal, login: string): Problem {
  if (why === 'gone') return new Problem(404, `the operator has no user "${login}"`);
  if (why === 'self') return new Problem(403, 'nobody changes, blocks or deletes themselves');
  return new Problem(409, `"${login}" is the last operator who can sign in: make another one first`);
}

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
        200: { description: 'In the order of logins', content: json(z.object({ data: z.array(operatorWhole) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => c.json({ data: (await listOperators(db, operatorOf(c))).map(toJson) }, 200),
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/ops/users/{login}',
      tags: ['Operator'],
      summary: "Create or replace one of the operator's people",
      description:
        'operator may everything; support sees all companies and changes nothing. Whoever was signed in under this login must sign in again. The last operator who can sign in keeps the role.',
      needs: 'operators:write',
      request: { params, body: { required: true, content: json(operatorSchema) } },
      responses: {
        200: { description: 'Replaced', content: json(operatorOut) },
        201: { description: 'Created', content: json(operatorOut) },
        ...problems(400, 401, 403, 409, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const form = c.req.valid('json');
      await requirePassword(form.password, login, OPERATOR_DOMAIN);
      const put = await putOperator(db, operatorOf(c), c.get('caller'), login, form);
      if (typeof put === 'string') throw refused(put, login);
      return c.json({ login, role: form.role, email: form.email }, put.created ? 201 : 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/ops/users/{login}',
      tags: ['Operator'],
      summary: "Change one of the operator's people",
      description:
        'What is not named stays. Another password or role, blocking, and the end of a second factor sign the person out everywhere. The last operator who can sign in keeps the role and is not blocked.',
      needs: 'operators:write',
      request: { params, body: { required: true, content: json(operatorChange) } },
      responses: {
        200: { description: 'Changed', content: json(operatorWhole) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const change = c.req.valid('json');
      await requirePassword(change.password, login, OPERATOR_DOMAIN);
      const why = await changeOperator(db, operatorOf(c), c.get('caller'), login, change);
      if (why !== null) throw refused(why, login);
      const [user] = await listOperators(db, operatorOf(c), login);
      if (!user) throw refused('gone', login);
      return c.json(toJson(user), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/ops/users/{login}',
      tags: ['Operator'],
      summary: "Delete one of the operator's people",
      description: 'They are signed out at once. The last operator who can sign in stays.',
      needs: 'operators:write',
      request: { params },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 409, 503) },
    }),
    async (c) => {
      const { login } = c.req.valid('param');
      const why = await deleteOperator(db, operatorOf(c), c.get('caller'), login);
      if (why !== null) throw refused(why, login);
      return c.body(null, 204);
    },
  );
}
