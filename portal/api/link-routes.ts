import { findCall } from '@callscope/analytics/run/calls.ts';
import { LONGEST_LINK_MINUTES, linksOf, makeLink, revokeLink } from '@callscope/modules/recordings/links.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { z } from '@hono/zod-openapi';
import { chosenOf } from '../recordings/audio.ts';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const linkForm = z
  .strictObject({
    minutes: z.number().int().min(1).max(LONGEST_LINK_MINUTES).default(1_440).describe('how long it works'),
    segment: z.number().int().min(1).max(10_000).nullable().default(null).describe('only one of them, the first is 1; null: all'),
    download: z.boolean().default(false).describe('to be kept as a file'),
  })
  .openapi('RecordingLinkForm');
const linkSchema = z
  .object({
    id: z.string(),
    segment: z.number().int().nullable(),
    download: z.boolean(),
    who: z.string().describe('who made it: it works as long as they may hear the recording'),
    createdAt: z.string(),
    expiresAt: z.string(),
  })
  .openapi('RecordingLink');

/** Links by which somebody hears one recording without signing in, for a while. */
export function linkRoutes(api: Api, deps: Deps): void {
  const { db, store, clock } = deps;

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/calls/{id}/recording/links',
      tags: ['Recordings'],
      summary: 'Make a link to a recording for somebody who does not sign in',
      description:
        'Its address is told this once. It works until it expires, is revoked (DELETE …/recordings/links/{id}), its maker may not hear the recording any more, or the recording is gone. Each use stands in the audit.',
      needs: 'recordings:listen',
      request: { params: callParam, body: { required: true, content: json(linkForm) } },
      responses: {
        201: { description: 'It works', content: json(z.object({ id: z.string(), url: z.string(), expiresAt: z.string() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { minutes, segment, download } = c.req.valid('json');
      const scope = scopeOf(c);
      const call = await findCall(store, scope, id);
      if (!call) throw new Problem(404, `no call "${id}" in this company`);
      const segments = (await segmentsOf(db, scope, [call.id])).get(call.id) ?? [];
      if (chosenOf(segments, segment ?? undefined).length === 0) throw new Problem(404, 'there is no such audio in this call');
      const expiresAt = new Date(clock.now() + minutes * 60_000);
      const made = await makeLink(db, scope, c.get('caller'), { callId: call.id, segment, download, expiresAt });
      const url = `${deps.portalUrl ?? new URL(c.req.url).origin}/r/${made.token}`;
      return c.json({ id: made.id, url, expiresAt: expiresAt.toISOString() }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/recording/links',
      tags: ['Recordings'],
      summary: 'Links to a recording that still work, without their addresses',
      needs: 'recordings:listen',
      request: { params: callParam },
      responses: {
        200: { description: 'Links', content: json(z.object({ data: z.array(linkSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      const call = await findCall(store, scope, id);
      if (!call) throw new Problem(404, `no call "${id}" in this company`);
      const data = (await linksOf(db, scope, call.id, clock.now())).map((l) => ({
        ...{ id: l.id, segment: l.segment, download: l.download, who: l.who },
        ...{ createdAt: l.createdAt.toISOString(), expiresAt: l.expiresAt.toISOString() },
      }));
      return c.json({ data }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tenants/{tenant}/recordings/links/{id}',
      tags: ['Recordings'],
      summary: 'Revoke a link',
      needs: 'recordings:listen',
      request: {
        params: tenantParam.extend({
          id: z
            .string()
            .regex(/^\d{1,18}$/, 'a number')
            .openapi({ param: { name: 'id', in: 'path' } }),
        }),
      },
      responses: { 204: { description: 'It works no more' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      if (!(await revokeLink(db, scope, c.get('caller'), id))) throw new Problem(404, `no link ${id} works in this company`);
      return c.body(null, 204);
    },
  );
}
