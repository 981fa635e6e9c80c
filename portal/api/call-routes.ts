import { type CallFilter, findCall, listCalls } from '@callscope/analytics/run/calls.ts';
import { eventsOf, messagesOf } from '@callscope/analytics/run/raw.ts';
import { type CallRow, DIRECTIONS } from '@callscope/core/domain/call.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { RESULTS } from '@callscope/core/domain/result.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { employeeNames, getTenant } from '@callscope/modules/directory/store.ts';
import { createRoute, z } from '@hono/zod-openapi';
import { callJson, callSchema } from './call-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, BEARER, type Deps, noCompany, scopeOf } from './context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { messageJson, messageSchema, messagesPcap, messagesText } from './messages.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const list = <T extends readonly [string, ...string[]]>(words: T) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((w) => w.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.enum(words, `one or several of ${words.join(', ')}, separated by commas`)).min(1))
    .openapi({ type: 'string', example: words[0] });
const seconds = z.coerce.number('seconds').min(0).max(1e7);
const timestamp = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });

export const callQuery = z.strictObject({
  from: timestamp.optional().describe('start of the period, included; calls are selected by startedAt'),
  to: timestamp.optional().describe('end of the period, excluded'),
  direction: list(DIRECTIONS).optional(),
  result: list(RESULTS).optional(),
  number: z.string().min(1).max(40).optional().describe("the company's own number, in any spelling"),
  employee: z.string().min(1).max(64).optional().describe('calls in which this employee called, answered or was offered a leg'),
  group: z.string().min(1).max(64).optional(),
  caller: z.string().min(1).max(40).optional().describe('caller, in any spelling'),
  talkMin: seconds.optional(),
  talkMax: seconds.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  cursor: z.string().max(2_000).optional().describe('`next` of the page before'),
  format: z.enum(['json'], 'json is what this version gives').default('json'),
});
export const pageSchema = z.object({ data: z.array(callSchema), next: z.string().nullable() });

const MOST_US = Date.UTC(2200, 0, 1) * 1_000;

/** One page of calls in the contract's JSON: the company's and the operator's list are the same. */
export async function pageOfCalls(
  deps: Deps,
  scope: TenantScope,
  country: string,
  query: z.output<typeof callQuery>,
): Promise<z.output<typeof pageSchema>> {
  const { limit, cursor, format: _format, ...rest } = query;
  const filter: CallFilter = {
    fromUs: rest.from === undefined ? 0 : Date.parse(rest.from) * 1_000,
    toUs: rest.to === undefined ? MOST_US : Date.parse(rest.to) * 1_000,
    ...(rest.direction ? { direction: rest.direction } : {}),
    ...(rest.result ? { result: rest.result } : {}),
    ...(rest.number !== undefined ? { number: normalizePhone(rest.number, country) } : {}),
    ...(rest.employee !== undefined ? { employee: rest.employee } : {}),
    ...(rest.group !== undefined ? { group: rest.group } : {}),
    ...(rest.caller !== undefined ? { caller: normalizePhone(rest.caller, country) } : {}),
    ...(rest.talkMin !== undefined ? { talkMinMs: rest.talkMin * 1_000 } : {}),
    ...(rest.talkMax !== undefined ? { talkMaxMs: rest.talkMax * 1_000 } : {}),
  };
  if (filter.fromUs > filter.toUs)
    throw new Problem(400, 'the period ends before it begins', [{ field: 'to', message: 'must not be before from' }]);
  const bound = JSON.stringify([scope.tenant, filter]);
  const rows = await listCalls(deps.store, scope, filter, limit + 1, cursor === undefined ? null : decodeCursor(cursor, bound));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const names = await employeeNames(deps.db, scope.tenant);
  return {
    data: page.map((row) => callJson(row, names)),
    next: rows.length > limit && last ? encodeCursor({ startedAt: last.startedAt, id: last.id }, bound) : null,
  };
}

const callParam = tenantParam.extend({
  id: z
    .string()
    .min(1)
    .max(600)
    .openapi({ param: { name: 'id', in: 'path' }, description: 'any Call-ID of the conversation, percent-encoded' }),
});

export function callRoutes(api: Api, deps: Deps): void {
  const found = async (scope: TenantScope, id: string): Promise<CallRow> => {
    const call = await findCall(deps.store, scope, id);
    if (!call) throw new Problem(404, `no call "${id}" in this company`);
    return call;
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls',
      tags: ['Calls'],
      summary: 'Finished calls, newest first',
      security: BEARER,
      request: { params: tenantParam, query: callQuery },
      responses: { 200: { description: 'A page', content: json(pageSchema) }, ...problems(400, 401, 403, 404, 422, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c, tenant, 'calls:read');
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      return c.json(await pageOfCalls(deps, scope, company.country, c.req.valid('query')), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}',
      tags: ['Calls'],
      summary: 'One call with its legs and events',
      security: BEARER,
      request: { params: callParam },
      responses: {
        200: {
          description: 'Call',
          content: json(
            callSchema.extend({
              events: z.array(z.object({ at: z.string(), method: z.string(), params: z.record(z.string(), z.unknown()) })),
            }),
          ),
        },
        ...problems(401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const scope = scopeOf(c, tenant, 'calls:read');
      const call = await found(scope, id);
      const [names, events] = await Promise.all([employeeNames(deps.db, tenant), eventsOf(deps.store, scope, call)]);
      return c.json(
        {
          ...callJson(call, names),
          events: events.map((e) => ({
            at: new Date(e.at / 1_000).toISOString(),
            method: e.method,
            params: ((JSON.parse(e.body) as { params?: Record<string, unknown> }).params ?? {}) as Record<string, never>,
          })),
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/messages',
      tags: ['Calls'],
      summary: "The call's SIP messages, in order",
      security: BEARER,
      request: {
        params: callParam,
        query: z.strictObject({ format: z.enum(['json', 'text', 'pcap'], 'json, text or pcap').default('json') }),
      },
      responses: {
        200: {
          description: 'Messages',
          content: {
            ...json(z.object({ data: z.array(messageSchema) })),
            'text/plain': { schema: z.string() },
            'application/vnd.tcpdump.pcap': { schema: z.string().openapi({ format: 'binary' }) },
          },
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const { format } = c.req.valid('query');
      const scope = scopeOf(c, tenant, 'calls:read');
      const call = await found(scope, id);
      const messages = await messagesOf(deps.store, scope, call);
      const name = call.id.replace(/[^A-Za-z0-9._-]/g, '_');
      if (format === 'text') return c.text(messagesText(messages), 200);
      if (format === 'pcap') {
        return c.body(messagesPcap(messages), 200, {
          'content-type': 'application/vnd.tcpdump.pcap',
          'content-disposition': `attachment; filename="${name}.pcap"`,
        });
      }
      return c.json({ data: messages.map(messageJson) }, 200);
    },
  );
}
