import { messagesOfCallIds } from '@callscope/analytics/run/raw.ts';
import { conversationOf, type FoundSignalling, searchSignalling } from '@callscope/analytics/run/signalling.ts';
import { z } from '@hono/zod-openapi';
import { CODE, DEFAULT_SPAN_MS, fieldsOf, LONGEST_CALL_ID, LONGEST_FIELD, MOST_SPAN_MS } from '../signalling/question.ts';
import { type Api, createRoute, type Deps, operatorOf } from './context.ts';
import { messageAnswer, messageContent, messageFormat } from './messages.ts';
import { Problem, problems } from './problem.ts';

const timestamp = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const field = z.string().trim().max(LONGEST_FIELD).default('');

const foundSchema = z
  .object({
    callId: z.string(),
    at: z.string().describe('of the newest message that is as asked'),
    method: z.string(),
    code: z.number().int().nullable(),
    fromUser: z.string(),
    toUser: z.string(),
    agent: z.string(),
    begins: z.string().describe('of all messages of the Call-ID'),
    ends: z.string(),
    messages: z.number().int(),
    methods: z.array(z.string()),
    firstCode: z.number().int().nullable(),
    lastCode: z.number().int().nullable(),
    hosts: z.array(z.string()),
    call: z.object({ tenant: z.string(), id: z.string() }).nullable().describe('the call that it became'),
  })
  .openapi('FoundSignalling');

/** SIP messages across companies: who failed to register, what a scanner tried, what a call without a company was. */
export function signallingRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/messages',
      tags: ['Operator'],
      summary: 'Call-IDs in which one SIP message is as asked, newest first',
      description:
        'Without a period the last hour is searched; 31 days at most. A Call-ID is found whatever the period. ACK and 100 are not searched.',
      needs: 'signalling:search',
      request: {
        query: z.strictObject({
          from: timestamp.optional(),
          to: timestamp.optional(),
          callId: z.string().trim().max(LONGEST_CALL_ID).default(''),
          user: field.describe('number in any spelling, or account: of From, To or the request URI'),
          agent: field.describe('a part of User-Agent or Server'),
          ip: field.describe('either end'),
          method: field.describe('INVITE, REGISTER …; of an answer that of its request'),
          code: z.union([z.literal(''), z.string().regex(CODE, '486, or 4xx')]).default(''),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
      },
      responses: {
        200: { description: 'Call-IDs', content: { 'application/json': { schema: z.object({ data: z.array(foundSchema) }) } } },
        ...problems(400, 401, 403, 422, 503),
      },
    }),
    async (c) => {
      const { limit, from, to, ...said } = c.req.valid('query');
      const end = to === undefined ? deps.clock.now() : Date.parse(to);
      const begin = from === undefined ? end - DEFAULT_SPAN_MS : Date.parse(from);
      if (begin >= end || end - begin > MOST_SPAN_MS)
        throw new Problem(400, 'the period is no period', [{ field: 'from', message: 'before `to`, by 31 days at most' }]);
      const found = await searchSignalling(deps.store, operatorOf(c), { from: begin, to: end, ...fieldsOf(said) }, limit);
      return c.json({ data: found.map(foundJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/messages/{callId}',
      tags: ['Operator'],
      summary: 'The SIP messages of a Call-ID and of the conversation that it is part of, in order',
      needs: 'signalling:search',
      request: {
        params: z.object({
          callId: z
            .string()
            .min(1)
            .max(LONGEST_CALL_ID)
            .openapi({ param: { name: 'callId', in: 'path' }, description: 'percent-encoded' }),
        }),
        query: z.strictObject({ format: messageFormat }),
      },
      responses: { 200: { description: 'Messages', content: messageContent }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = operatorOf(c);
      const { callId } = c.req.valid('param');
      const messages = await messagesOfCallIds(deps.store, scope, await conversationOf(deps.store, scope, callId));
      if (messages.length === 0) throw new Problem(404, `no message of Call-ID "${callId}"`);
      return messageAnswer(c, messages, c.req.valid('query').format, callId);
    },
  );
}

const iso = (us: number) => new Date(us / 1_000).toISOString();

function foundJson(found: FoundSignalling): z.output<typeof foundSchema> {
  return {
    ...found,
    ...{ at: iso(found.at), begins: iso(found.begins), ends: iso(found.ends) },
    ...{ code: found.code || null, firstCode: found.firstCode || null, lastCode: found.lastCode || null },
  };
}
