import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { sealingOf } from '@callscope/modules/recordings/keys.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const sealingSchema = z
  .object({
    on: z.boolean(),
    version: z.number().int().describe('number of the newest key; 0: there never was one'),
    since: z.string().nullable().describe('when that key was made, RFC 3339 in UTC'),
  })
  .openapi('RecordingSealing');

/** Whether recordings are sealed in the archive with the company's own key. */
export function sealingRoutes(api: Api, { db, keys, log }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/sealing',
      tags: ['Recordings'],
      summary: 'Whether new recordings are sealed',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: { 200: { description: 'As it stands', content: json(sealingSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const { on, version, since } = await sealingOf(db, scope);
      return c.json({ on, version, since: since?.toISOString() ?? null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/recordings/sealing',
      tags: ['Recordings'],
      summary: 'Seal new recordings with a new key of the company, or keep them as they are',
      description:
        'Each time that it is switched on a new key is made: asked for again it changes the key. What is sealed already stays with its own key and is heard as before.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(z.strictObject({ on: z.boolean() })) } },
      responses: { 200: { description: 'In force', content: json(sealingSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const actor = actorOf(c.get('caller'));
      try {
        if (c.req.valid('json').on) await keys.seal(scope, actor);
        else await keys.leaveOpen(scope, actor);
      } catch (error) {
        if (!(error instanceof KeysMissing)) throw error;
        log.error('recordings cannot be sealed', { error });
        throw new Problem(503, 'recordings cannot be sealed: the operator finds why in the log of the portal');
      }
      const { on, version, since } = await sealingOf(db, scope);
      return c.json({ on, version, since: since?.toISOString() ?? null }, 200);
    },
  );
}
