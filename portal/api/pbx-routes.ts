import { actorOf } from '@callscope/modules/audit/acts.ts';
import { PbxConflict } from '@callscope/modules/pbx/conflict.ts';
import { operatorTrunksForm, pbxForm } from '@callscope/modules/pbx/forms.ts';
import { putOperatorTrunks, putPbx } from '@callscope/modules/pbx/store.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const stored = { 204: { description: 'Stored; the edge uses it within a second' } };

/** A company's telephony, and what the operator gives to all of them. */
export function pbxRoutes(api: Api, { db }: Deps): void {
  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/pbx',
      tags: ['Telephony'],
      summary: "Replace a company's telephony: accounts, numbers, groups, trunks, limits, recording",
      description:
        'Replaces the whole. Passwords are kept as HA1 only; an account without password and ha1, and a trunk without secret, keep what they had. ' +
        "A company that moves to another domain gives its accounts' passwords again.",
      needs: 'directory:write',
      request: { params: tenantParam, body: { required: true, content: { 'application/json': { schema: pbxForm } } } },
      responses: { ...stored, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      if (!(await conflictOrProblem(putPbx(db, scope, actorOf(c.get('caller')), c.req.valid('json'))))) throw noCompany(tenant);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/ops/trunks',
      tags: ['Operator'],
      summary: "Replace the operator's trunks, routes, emergency numbers and blocked prefixes",
      needs: 'trunks:write',
      request: { body: { required: true, content: { 'application/json': { schema: operatorTrunksForm } } } },
      responses: { ...stored, ...problems(400, 401, 403, 409, 413, 415, 503) },
    }),
    async (c) => {
      await conflictOrProblem(putOperatorTrunks(db, operatorOf(c), actorOf(c.get('caller')), c.req.valid('json')));
      return c.body(null, 204);
    },
  );
}

/** @throws Problem 409 what is right by itself does not fit what is there */
export async function conflictOrProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PbxConflict) throw new Problem(409, error.message, [{ field: error.field, message: error.message }]);
    throw error;
  }
}
