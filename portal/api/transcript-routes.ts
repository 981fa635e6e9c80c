import { findCall } from '@callscope/analytics/run/calls.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { noteLook } from '@callscope/modules/audit/store.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import {
  chooseTranscription,
  nameService,
  transcriptionChoice,
  transcriptionOf,
  transcriptionService,
} from '@callscope/modules/transcripts/settings.ts';
import { askTranscript, transcriptsOf } from '@callscope/modules/transcripts/store.ts';
import { z } from '@hono/zod-openapi';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });

const settings = transcriptionChoice
  .extend({
    address: z.string().describe("of the service; '' = none is named"),
    model: z.string(),
    hasKey: z.boolean(),
    fault: z.string().describe("what is wrong with the service now; '' = nothing"),
    waiting: z.number().int(),
    ready: z.number().int(),
    failed: z.number().int(),
  })
  .openapi('Transcription');
const transcript = z
  .object({
    segments: z.array(
      z.object({
        segment: z.string(),
        status: z.enum(['waiting', 'ready', 'failed']),
        fault: z.string(),
        lines: z.array(
          z.object({
            from: z.number().describe('seconds of the segment'),
            to: z.number(),
            side: z.enum(['left', 'right']).nullable().describe('left is the client, right is ours'),
            text: z.string(),
          }),
        ),
      }),
    ),
  })
  .openapi('Transcript');

/** What was said in recordings, as a speech-to-text service wrote it down. */
export function transcriptRoutes(api: Api, deps: Deps): void {
  const { db, store, keysPath } = deps;

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/transcription',
      tags: ['Transcripts'],
      summary: 'Whether recordings are written down, by which service, and how far it is',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: { 200: { description: 'As it stands', content: json(settings) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json(await transcriptionOf(db, scope), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/transcription',
      tags: ['Transcripts'],
      summary: 'Switch transcripts on or off',
      description: 'New recordings are written down from then on. What was recorded before is asked for call by call.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(transcriptionChoice) } },
      responses: { 200: { description: 'In force', content: json(settings) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      if (!(await chooseTranscription(db, scope, actorOf(c.get('caller')), c.req.valid('json'))))
        throw new Problem(409, 'no speech service is named for this company: the operator names one with PUT …/transcription/service');
      return c.json(await transcriptionOf(db, scope), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/transcription/service',
      tags: ['Transcripts'],
      summary: 'Name the speech service of a company',
      description:
        'One that speaks as OpenAI does. It is given the audio of recordings, and is asked from inside: only the operator names it.',
      needs: 'companies:write',
      request: { params: tenantParam, body: { required: true, content: json(transcriptionService) } },
      responses: { 200: { description: 'In force', content: json(settings) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = tenantScope(c.get('caller'), tenant, 'recordings:write');
      if (!scope || !(await getTenant(db, scope))) throw noCompany(tenant);
      try {
        await nameService(db, scope, actorOf(c.get('caller')), c.req.valid('json'), keysPath);
      } catch (error) {
        if (!(error instanceof KeysMissing)) throw error;
        deps.log.error('the key of a speech service cannot be sealed', { error });
        throw new Problem(503, 'the key cannot be sealed: the operator finds why in the log of the portal');
      }
      return c.json(await transcriptionOf(db, scope), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/transcript',
      tags: ['Transcripts'],
      summary: 'What was said in a call, by side and time',
      needs: 'recordings:listen',
      request: { params: callParam },
      responses: {
        200: { description: 'A segment a recording; none: nothing was asked for', content: json(transcript) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const call = await findCall(store, scope, c.req.valid('param').id);
      if (!call) throw noCall(c.req.valid('param').id);
      const segments = await transcriptsOf(db, scope, call.id);
      if (segments.some(({ lines }) => lines.length > 0))
        await noteLook(db, scope, { actor: actorOf(c.get('caller')), act: 'transcript.read', subject: call.id });
      return c.json({ segments }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/calls/{id}/transcript',
      tags: ['Transcripts'],
      summary: 'Have a recording written down, or once more where that failed',
      needs: 'recordings:write',
      request: { params: callParam },
      responses: {
        202: { description: 'So many segments wait now', content: json(z.object({ waiting: z.number().int() })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const call = await findCall(store, scope, c.req.valid('param').id);
      if (!call) throw noCall(c.req.valid('param').id);
      const waiting = await askTranscript(db, scope, actorOf(c.get('caller')), call.id);
      if (waiting === null) throw new Problem(409, 'no speech service is named for this company');
      return c.json({ waiting }, 202);
    },
  );
}

const noCall = (id: string) => new Problem(404, `no call "${id}" in this company`);
