import { type CallFilter, narrow } from '@callscope/analytics/query/filter.ts';
import { canSort, SORT_WORDS, type Sort, type SortWord, sortOf } from '@callscope/analytics/query/sort.ts';
import { WHOLE } from '@callscope/analytics/run/call-row.ts';
import { findCall } from '@callscope/analytics/run/calls.ts';
import { eventsOf, messagesOf, revisionsOf } from '@callscope/analytics/run/raw.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { explainCall } from '@callscope/core/domain/explain.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { employeeNames, getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { askedOf } from '../calls/company.ts';
import { CursorError } from '../calls/cursor.ts';
import { pageOf } from '../calls/page.ts';
import { callColumnsOfRest } from '../files/call-columns.ts';
import { callSheet } from '../files/call-sheet.ts';
import { tableResponse } from '../files/formats.ts';
import { noteExport } from '../files/note-export.ts';
import type { Sheet } from '../files/sheet.ts';
import { speechOf } from '../files/speech.ts';
import { loadNames } from '../src/page/directory.ts';
import { namesOf } from '../src/page/names.ts';
import { type CallJson, callSchema, callsJson } from './call-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { fileContent, formatParameter } from './file-format.ts';
import { filterParameters, readFilter } from './filter-query.ts';
import { messageAnswer, messageContent, messageFormat } from './messages.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });

export const callQuery = z.strictObject({
  ...filterParameters,
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  sort: z
    .enum(SORT_WORDS)
    .optional()
    .describe('another order than newest first; - is downwards. All but start: within a period (from, to) of 31 days at most'),
  cursor: z.string().max(2_000).optional().describe('`next` of the page before'),
  format: z.enum(['json'], 'json is what this list gives').default('json'),
});
export const pageSchema = z.object({ data: z.array(callSchema), next: z.string().nullable() });

/**
 * One page of calls in the contract's JSON: the company's and the operator's list are the same.
 * @param only what all of them have in common, whatever is asked
 */
export async function pageOfCalls(
  deps: Deps,
  scope: TenantScope,
  company: Pick<RuledTenant, 'timezone' | 'country' | 'rules' | 'target'>,
  { limit, cursor, sort: sorted, format: _format, ...query }: z.output<typeof callQuery>,
  only: CallFilter = {},
): Promise<z.output<typeof pageSchema>> {
  const filter = narrow(readFilter(query), only);
  if (filter === null) return { data: [], next: null };
  const sort = sortOfQuery(sorted, filter);
  const asked = await askedOf(deps, scope, company, filter);
  const [page, names] = await Promise.all([
    pageOf(WHOLE, deps.store, scope, filter, asked, { limit, cursor, sort }).catch((error) => {
      if (error instanceof CursorError) throw new Problem(400, error.message, [{ field: 'cursor', message: error.wrong }]);
      throw error;
    }),
    employeeNames(deps.db, scope.tenant),
  ]);
  return { data: await callsJson(deps, scope, page.rows, names), next: page.older };
}

/** @throws Problem 400: the period is too long for it */
export function sortOfQuery(sorted: SortWord | undefined, filter: CallFilter): Sort | null {
  const sort = sorted === undefined ? null : sortOf(sorted);
  if (canSort(sort, filter)) return sort;
  const message = 'needs from and to at most 31 days apart';
  throw new Problem(400, 'calls are sorted within a month at most', [{ field: 'sort', message }]);
}

/** All calls of the question as a table, whatever page of them is asked for. */
export async function sheetOfCalls(
  deps: Deps,
  scope: TenantScope,
  tenant: RuledTenant,
  filter: CallFilter,
  sort: Sort | null,
): Promise<Sheet> {
  const [company, people, names] = await Promise.all([
    askedOf(deps, scope, tenant, filter),
    employeeNames(deps.db, scope.tenant),
    loadNames(scope, tenant),
  ]);
  const speech = speechOf(tenant, tenant.locale);
  const columns = callColumnsOfRest(speech.words, people, deps.clock.now(), scope.costs === true);
  const asked = { filter, company, sort, ids: null, card: null };
  return callSheet(deps, scope, columns, asked, namesOf(names, speech), speech);
}

export const callParam = tenantParam.extend({
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
      description:
        '`json` gives a page; `csv` and `xlsx` give all calls of the question in one file, whatever `limit` and `cursor` say: every field ' +
        "that is one value, with heads in the company's language. A file is written down in the audit.",
      needs: 'calls:read',
      request: { params: tenantParam, query: callQuery.extend({ format: formatParameter }) },
      responses: {
        200: { description: 'A page, or the whole list as a file', content: { ...json(pageSchema), ...fileContent } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      const { format, ...query } = c.req.valid('query');
      if (format === 'json') return c.json(await pageOfCalls(deps, scope, company, { ...query, format }), 200);
      const { limit: _limit, cursor: _cursor, sort: sorted, ...asked } = query;
      const filter = readFilter(asked);
      const sheet = await sheetOfCalls(deps, scope, company, filter, sortOfQuery(sorted, filter));
      await noteExport(deps.db, scope, actorOf(c.get('caller')), { format, filter, rows: sheet.count });
      return await tableResponse(sheet, format);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}',
      tags: ['Calls'],
      summary: 'One call with its legs and events, the rules that gave what it says, and what changed since it was first written',
      needs: 'calls:read',
      request: { params: callParam },
      responses: {
        200: {
          description: 'Call',
          content: json(
            callSchema.extend({
              events: z.array(z.object({ at: z.string(), method: z.string(), params: z.record(z.string(), z.unknown()) })),
              explained: z
                .array(z.object({ about: z.string(), rule: z.string(), text: z.string() }))
                .describe("which rule decided which field, in the company's language"),
              revisions: z
                .array(
                  z.object({ revision: z.number().int(), at: z.string(), why: z.string(), changes: z.record(z.string(), z.unknown()) }),
                )
                .describe('late_facts: packets or events that came later · linked: part of another Call-ID · directory · replay'),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const scope = scopeOf(c);
      const call = await found(scope, id);
      deps.log.debug('read', { callId: call.id, tenant });
      const [names, company, events, revisions] = await Promise.all([
        employeeNames(deps.db, tenant),
        getTenant(deps.db, scope),
        eventsOf(deps.store, scope, call),
        revisionsOf(deps.store, scope, call),
      ]);
      const [json] = await callsJson(deps, scope, [call], names);
      const language = company?.locale === 'en' ? 'en' : 'ru';
      return c.json(
        {
          ...(json as CallJson),
          events: events.map((e) => ({
            at: new Date(e.at / 1_000).toISOString(),
            method: e.method,
            params: ((JSON.parse(e.body) as { params?: Record<string, unknown> }).params ?? {}) as Record<string, never>,
          })),
          explained: explainCall(call).map(({ about, rule, words }) => ({ about, rule, text: words[language] })),
          revisions: revisions.map((r) => ({ ...r, at: new Date(r.at).toISOString(), changes: r.changes as Record<string, never> })),
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
      needs: 'signalling:read',
      request: {
        params: callParam,
        query: z.strictObject({ format: messageFormat }),
      },
      responses: {
        200: { description: 'Messages', content: messageContent },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      const call = await found(scope, id);
      return messageAnswer(c, await messagesOf(deps.store, scope, call), c.req.valid('query').format, call.id);
    },
  );
}
