import { actorOf } from '@callscope/modules/audit/acts.ts';
import { z } from '@hono/zod-openapi';
import { FORMATS } from '../recordings/audio.ts';
import { recordingResponse, waveformOf } from '../recordings/respond.ts';
import { callParam } from './call-routes.ts';
import { type Api, createRoute, type Deps, scopeOf } from './context.ts';
import { problems } from './problem.ts';

const binary = z.string().openapi({ format: 'binary' });
const content = { 'audio/mpeg': { schema: binary }, 'audio/wav': { schema: binary }, 'audio/ogg': { schema: binary } };
const side = z.object({
  speechSeconds: z.number(),
  share: z.number().nullable().describe('of all speech, 0 to 1'),
  levelDb: z.number().nullable().describe('below full scale, while it spoke'),
  isSilent: z.boolean().describe('nothing was to be heard of it'),
});
const waveformSchema = z
  .object({
    segments: z.array(
      z.object({
        from: z.number().describe('seconds after the call began'),
        seconds: z.number(),
        left: z.string().describe('the other party: heights at equal distances, a byte each, base64'),
        right: z.string().describe('our side, as many'),
        talk: z
          .object({
            ...{ left: side, right: side, overtalkSeconds: z.number(), silenceSeconds: z.number() },
            silences: z.array(z.object({ from: z.number(), seconds: z.number() })).describe('of three seconds and more'),
          })
          .nullable(),
        masked: z.boolean().describe('the recording was masked: nothing was captured, and silence is heard'),
      }),
    ),
  })
  .openapi('Waveform');

export function recordingRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/recording',
      tags: ['Calls'],
      summary: "The call's audio: the other party left, our side right. Segments are joined in order",
      needs: 'recordings:listen',
      request: {
        params: callParam,
        query: z.strictObject({
          format: z
            .enum(FORMATS, `one of ${FORMATS.join(', ')}`)
            .optional()
            .describe('by default as the first segment is kept'),
          segment: z.coerce.number().int().min(1).max(10_000).optional().describe('only one of them, the first is 1'),
          download: z.enum(['0', '1']).default('0').describe('1: to be kept as a file'),
        }),
      },
      responses: {
        200: { description: 'All of it', content },
        206: { description: 'The part that Range asks for', content },
        416: { description: 'Range asks for what is not there' },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    (c) => {
      const { id } = c.req.valid('param');
      const { format, segment, download } = c.req.valid('query');
      const scope = scopeOf(c);
      const asked = { format, segment, download: download === '1' };
      return recordingResponse(deps, scope, actorOf(c.get('caller')), id, asked, c.req.raw);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/recording/waveform',
      tags: ['Calls'],
      summary: 'Waveform, talk share, overtalk and silences of a recording; no segments when there is no audio',
      needs: 'recordings:listen',
      request: { params: callParam },
      responses: {
        200: { description: 'By segment, in order', content: { 'application/json': { schema: waveformSchema } } },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await waveformOf(deps, scopeOf(c), id), 200);
    },
  );
}
