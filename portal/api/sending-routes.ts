import { actorOf } from '@callscope/modules/audit/acts.ts';
import { z } from '@hono/zod-openapi';
import { archiveResponse } from '../recordings/archive.ts';
import { sendRecording } from '../recordings/send.ts';
import { MOST_ARCHIVED, type Refusal, SEND_AS } from '../recordings/sending.ts';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, scopeOf } from './context.ts';
import { letterForm } from './letter-form.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const archiveForm = z
  .strictObject({
    calls: z
      .array(z.string().min(1).max(600))
      .min(1)
      .max(MOST_ARCHIVED)
      .describe(`ids of calls, at most ${MOST_ARCHIVED}; of their recordings at most 2 GiB`),
  })
  .openapi('RecordingArchiveForm');

const REFUSALS: Record<Refusal, { status: 400 | 404 | 409 | 429 | 503; text: string }> = {
  address: { status: 400, text: 'the request is wrong in these fields' },
  noMail: { status: 409, text: 'this portal sends no letters: the operator sets SMTP_URL' },
  noAudio: { status: 404, text: 'this call has no audio' },
  notTaken: { status: 503, text: 'the mail server did not take the letter, try again later' },
  colleague: { status: 404, text: 'nobody of this company with this address may listen to this call' },
  often: { status: 429, text: 'too many letters in a row, try again in a quarter of an hour' },
};

/** Recordings for others: by letter, and many as one file. */
export function sendingRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/calls/{id}/recording/letters',
      tags: ['Recordings'],
      summary: 'Send a recording by e-mail: as a file, as a link for a week, or as a link to the call for a colleague',
      description:
        'A recording is never cut: one that is too large for a letter goes as a link, and the answer says so. It stands in the audit.',
      needs: 'recordings:listen',
      request: { params: callParam, body: { required: true, content: json(letterForm) } },
      responses: {
        200: { description: 'The mail server has taken it', content: json(z.object({ sent: z.enum(SEND_AS) })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const said = await sendRecording(deps, scopeOf(c), c.get('caller'), id, c.req.valid('json'));
      if ('sent' in said) return c.json(said, 200);
      const { status, text } = REFUSALS[said.refused];
      throw new Problem(status, text, said.refused === 'address' ? [{ field: 'to', message: 'one e-mail address' }] : undefined);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/recordings/archive',
      tags: ['Recordings'],
      summary: 'Recordings of chosen calls as one ZIP, with a list of them (CSV)',
      description:
        'Recordings are in it as they are kept. The list names the file of each call, or says why it has none; a call that this right does not reach stands there as one that there is not. Each recording stands in the audit as downloaded.',
      needs: 'recordings:listen',
      request: { params: tenantParam, body: { required: true, content: json(archiveForm) } },
      responses: {
        200: {
          description: 'The archive, as it is written',
          content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
        },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    (c) => archiveResponse(deps, scopeOf(c), actorOf(c.get('caller')), [...new Set(c.req.valid('json').calls)]),
  );
}
