import { getTenant } from '@callscope/modules/directory/store.ts';
import {
  EXPORT_FORMATS,
  EXPORT_STATES,
  exportId,
  MOST_WAITING,
  type RestExportForm,
  restExportForm,
} from '@callscope/modules/exports/forms.ts';
import { addExport, dropExport, type Export, findExport, listExports } from '@callscope/modules/exports/store.ts';
import { z } from '@hono/zod-openapi';
import { readQuestion } from '../exports/question.ts';
import { exportResponse } from '../exports/respond.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { fileContent } from './file-format.ts';
import { orProblem } from './filter-query.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const exportOut = z
  .object({
    id: z.string(),
    of: z.string().describe('calls or report; what a person asked for on a page: journal, block, details or missed'),
    title: z.string(),
    format: z.enum(EXPORT_FORMATS),
    state: z.enum(EXPORT_STATES),
    place: z.number().int().nullable().describe('in the line of all who wait, from 1; null: it does not wait'),
    rows: z.number().int().describe('made so far'),
    ofRows: z.number().int().nullable().describe('that there will be; null: not known before they are read'),
    bytes: z.number().int().describe('made so far'),
    fault: z.string().describe('why it failed or is tried again: rights, question, pdf, again or failed; empty = nothing is wrong'),
    mayHave: z.boolean().describe('false: what you may see was narrowed since it was made'),
    askedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().describe('until when it is kept; null: it has not ended'),
  })
  .openapi('Export');
const exportParam = tenantParam.extend({ export: exportId.openapi({ param: { name: 'export', in: 'path' } }) });
const about = { tags: ['Exports'], needs: 'calls:read' as const };

const toJson = ({
  id,
  question,
  title,
  format,
  state,
  place,
  rows,
  ofRows,
  bytes,
  fault,
  mayHave,
  askedAt,
  endedAt,
  expiresAt,
}: Export) => ({
  ...{ id, of: question.of, title, format, state, place, rows, ofRows, bytes, fault, mayHave, askedAt: askedAt.toISOString() },
  ...{ endedAt: endedAt?.toISOString() ?? null, expiresAt: expiresAt?.toISOString() ?? null },
});

/** Files that are made in the background: each token and each person has their own. */
export function exportRoutes(api: Api, deps: Deps): void {
  const { db, clock } = deps;
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/exports',
      summary: 'Your files that are made in the background, the newest first',
      request: { params: tenantParam },
      responses: {
        200: { description: 'Files', content: json(z.object({ data: z.array(exportOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ data: (await listExports(db, scope, c.get('caller'))).map(toJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/exports',
      summary: 'Have a file made in the background',
      description:
        'The same file that `GET /tenants/{tenant}/calls` or `…/reports/{report}` gives with `format`, without a connection that stays: ask for its ' +
        `state until it is \`done\`, then read \`…/file\`. One of yours is made at a time, and at most ${MOST_WAITING} may wait.`,
      request: { params: tenantParam, body: { required: true, content: json(restExportForm) } },
      responses: {
        202: { description: 'It waits, or is begun', content: json(exportOut) },
        ...problems(400, 401, 403, 404, 413, 415, 429, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const question = questionOf(c.req.valid('json'));
      const { title } = orProblem(() => readQuestion(question, { deps, company, at: clock.now() }));
      const caller = c.get('caller');
      const { format } = c.req.valid('json');
      const made = await addExport(db, scope, caller, { question, format, title, letter: false });
      if (typeof made !== 'string') throw new Problem(429, `${MOST_WAITING} of your files wait already: read or cancel some`);
      const found = await findExport(db, scope, caller, made);
      if (!found) throw new Error(`export ${made} is not there`);
      return c.json(toJson(found), 202);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/exports/{export}',
      summary: 'How far one of your files is',
      request: { params: exportParam },
      responses: { 200: { description: 'The file', content: json(exportOut) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { export: id } = c.req.valid('param');
      const found = await findExport(db, scopeOf(c), c.get('caller'), id);
      if (!found) throw noExport(id);
      return c.json(toJson(found), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/exports/{export}',
      summary: 'Cancel a file that is being made, or delete one that has ended',
      request: { params: exportParam },
      responses: { 204: { description: 'It ends, or is gone' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { export: id } = c.req.valid('param');
      if ((await dropExport(db, scopeOf(c), c.get('caller'), id, deps.exports.keepMs)) === null) throw noExport(id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/exports/{export}/file',
      summary: 'The file',
      description:
        'Whole, or the part that `Range` asks for. What you may see now must reach as far as when it was made. Calls that leave are written down.',
      request: { params: exportParam },
      responses: {
        200: { description: 'The file', content: { 'application/json': { schema: z.unknown() }, ...fileContent } },
        206: { description: 'A part of it', content: fileContent },
        ...problems(400, 401, 403, 404, 409, 410, 416, 503),
      },
    }),
    async (c) => (await exportResponse(deps, scopeOf(c), c.get('caller'), c.req.valid('param').export, c.req.raw)) as never,
  );
}

function questionOf({ of, report, query }: RestExportForm) {
  if (of === 'calls') return { of, query } as const;
  if (report === undefined)
    throw new Problem(400, 'the request is wrong in these fields', [{ field: 'report', message: 'says which report' }]);
  return { of, report, query } as const;
}

const noExport = (id: string) => new Problem(404, `no file ${id} of yours in this company: it was deleted, or its time is over`);
