import { subjects } from '@callscope/core/bus/streams.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { policyOf, policySchema, putPolicy } from '@callscope/modules/recordings/policy-store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const policyForm = policySchema.openapi('RecordingPolicy');

/** What a company records. */
export function policyRoutes(api: Api, { db, bus, clock }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/policy',
      tags: ['Recordings'],
      summary: 'What is recorded; null: as PUT …/pbx says it',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: {
        200: { description: 'As it stands', content: json(z.object({ policy: policyForm.nullable() })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ policy: await policyOf(db, scope) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/recordings/policy',
      tags: ['Recordings'],
      summary: 'Say what is recorded: by company, group, employee and kind of call',
      description:
        'In force for the next call. From then on what PUT …/pbx says of recording (but for the announcement) is not looked at: the policy says it.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(policyForm) } },
      responses: {
        200: { description: 'In force', content: json(z.object({ policy: policyForm })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const policy = c.req.valid('json');
      const directory = await getDirectory(db, scope, new Date(clock.now()));
      const unknown = (['groups', 'employees'] as const).flatMap((of) =>
        Object.keys(policy[of])
          .filter((id) => !directory?.body[of].some((one) => one.id === id))
          .map((id) => ({ field: `${of}.${id}`, message: `the directory has no such ${of === 'groups' ? 'group' : 'employee'}` })),
      );
      if (unknown.length > 0) throw new Problem(400, 'the request is wrong in these fields', unknown.slice(0, 20));
      await putPolicy(db, scope, actorOf(c.get('caller')), policy);
      bus.nc.publish(subjects.told(scope.tenant));
      return c.json({ policy }, 200);
    },
  );
}
