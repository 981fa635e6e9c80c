import { Readable } from 'node:stream';
import { findCall } from '@callscope/analytics/run/calls.ts';
import { FfmpegError } from '@callscope/core/node/ffmpeg.ts';
import { ObjectsError } from '@callscope/core/node/objects/store.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { noteLook } from '@callscope/modules/audit/store.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { createRoute, z } from '@hono/zod-openapi';
import { FORMATS, hasAudio, NoFfmpeg } from '../recordings/audio.ts';
import { rangeOf } from '../recordings/range.ts';
import { callParam } from './call-routes.ts';
import { type Api, BEARER, type Deps, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const binary = z.string().openapi({ format: 'binary' });
const content = { 'audio/mpeg': { schema: binary }, 'audio/wav': { schema: binary }, 'audio/ogg': { schema: binary } };

export function recordingRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/recording',
      tags: ['Calls'],
      summary: "The call's audio: the client left, our side right. Segments are joined in order",
      security: BEARER,
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
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const { format, segment, download } = c.req.valid('query');
      const scope = scopeOf(c, tenant, 'recordings:listen');
      const call = await findCall(deps.store, scope, id);
      if (!call) throw new Problem(404, `no call "${id}" in this company`);
      const segments = (await segmentsOf(deps.db, scope, [call.id])).get(call.id) ?? [];
      const ready = segments.filter(hasAudio);
      const chosen = segment === undefined ? ready : ready.slice(segment - 1, segment);
      const [first] = chosen;
      if (first === undefined) {
        const { status, reason } = recordingOf(call, segments, deps.clock.now());
        const why =
          ready.length > 0 ? `this call has ${ready.length} segments` : `its recording is ${status}${reason ? `: ${reason}` : ''}`;
        throw new Problem(404, `there is no such audio: ${why}`);
      }
      try {
        const audio = await deps.recordings.open(chosen, format ?? first.format);
        const etag = `"${audio.tag}"`;
        const name = `${call.id.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 150)}${segment === undefined ? '' : `-${segment}`}.${audio.extension}`;
        const headers = {
          'content-type': audio.type,
          'accept-ranges': 'bytes',
          etag,
          // the right to it may end, and so may the recording
          'cache-control': 'private, no-cache',
          'content-disposition': `${download === '1' ? 'attachment' : 'inline'}; filename="${name}"`,
          'x-content-type-options': 'nosniff',
        };
        // a range of what it was before is no range of what it is now
        const ifRange = c.req.header('if-range');
        const range = rangeOf(ifRange === undefined || ifRange === etag ? c.req.header('range') : undefined, audio.bytes);
        if (range === 'unsatisfiable') return c.body(null, 416, { ...headers, 'content-range': `bytes */${audio.bytes}` });
        const act = download === '1' ? 'recording.download' : 'recording.listen';
        await noteLook(deps.db, scope, { actor: actorOf(c.get('caller')), act, subject: call.id });
        const part = range ?? { from: 0, to: audio.bytes };
        const sized = { ...headers, 'content-length': String(part.to - part.from) };
        if (c.req.method === 'HEAD') return c.body(null, 200, sized);
        const body = Readable.toWeb(await audio.read(part)) as ReadableStream;
        if (range === null) return c.body(body, 200, sized);
        return c.body(body, 206, { ...sized, 'content-range': `bytes ${part.from}-${part.to - 1}/${audio.bytes}` });
      } catch (error) {
        if (error instanceof NoFfmpeg || error instanceof FfmpegError)
          throw new Problem(
            503,
            `this recording is kept as ${first.format} and cannot be given otherwise now: ask for format=${first.format}`,
          );
        if (error instanceof ObjectsError) {
          deps.log.warn('a recording cannot be read', { error });
          throw new Problem(503, 'the archive of recordings does not answer, try again later');
        }
        throw error;
      }
    },
  );
}
