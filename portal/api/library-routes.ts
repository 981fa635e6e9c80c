import { getTenant } from '@callscope/modules/directory/store.ts';
import { collectionChange, collectionForm, entryForm, markId } from '@callscope/modules/marks/forms.ts';
import {
  addCollection,
  addEntry,
  type Collection,
  changeCollection,
  type Entry,
  listCollections,
  removeEntry,
} from '@callscope/modules/marks/library.ts';
import { z } from '@hono/zod-openapi';
import { libraryPage, placeFromText, placeToText } from '../marks/library.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { done, markedCall } from './mark-routes.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const about = { tags: ['Library'] };
const collectionSchema = z
  .object({ id: z.string(), name: z.string(), about: z.string(), shared: z.boolean(), madeBy: z.string(), entries: z.number().int() })
  .openapi('Collection');
const entrySchema = z
  .object({
    ...{ id: z.string(), collection: z.string(), callId: z.string(), text: z.string(), by: z.string() },
    piece: z.object({ from: z.number(), to: z.number() }).nullable().describe('seconds of the recording; null: all of it'),
  })
  .openapi('CollectionEntry');
const librarySchema = z.object({
  data: z.array(
    z.object({
      ...{ callId: z.string(), startedAt: z.iso.datetime(), employee: z.string(), from: z.string(), dialled: z.string() },
      ...{ tags: z.array(z.string()), note: z.string(), score: z.number().nullable(), entries: z.array(entrySchema) },
      comments: z.array(z.object({ text: z.string(), by: z.string(), second: z.number().nullable() })),
    }),
  ),
  next: z.string().nullable(),
});
const collectionParam = tenantParam.extend({ collection: markId.openapi({ param: { name: 'collection', in: 'path' } }) });
const entryParam = collectionParam.extend({ entry: markId.openapi({ param: { name: 'entry', in: 'path' } }) });

/** Collections of calls, and a search in all that was written about calls. A token is nobody's and has the shared ones alone. */
export function libraryRoutes(api: Api, deps: Deps): void {
  const { db } = deps;

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:read',
      method: 'get',
      path: '/tenants/{tenant}/library',
      summary: 'Calls that were tagged, noted, commented on or collected, newest first',
      request: {
        params: tenantParam,
        query: z.strictObject({
          text: z.string().trim().min(1).max(200).optional().describe('found in names of tags, notes, comments and collections'),
          tag: markId.optional().describe('id of a tag'),
          collection: markId.optional().describe('id of a collection'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
          cursor: z.string().max(2_000).optional().describe('`next` of the page before'),
        }),
      },
      responses: { 200: { description: 'A page', content: json(librarySchema) }, ...problems(400, 401, 403, 404, 422, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const { limit, cursor, ...question } = c.req.valid('query');
      const place = cursor === undefined ? null : placeFromText(cursor);
      if (cursor !== undefined && place === null)
        throw new Problem(400, 'the request is wrong in these fields', [{ field: 'cursor', message: '`next` of an earlier page' }]);
      const { calls, next } = await libraryPage(deps, scope, c.get('caller'), question, place, limit);
      const data = calls.map(({ call, marks, entries, comments }) => ({
        ...{ callId: call.id, startedAt: new Date(call.startedAt / 1_000).toISOString(), employee: call.employee },
        ...{ from: call.from, dialled: call.dialled, tags: marks.tags, note: marks.note, score: marks.score, entries, comments },
      }));
      return c.json({ data, next: next && placeToText(next) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:read',
      method: 'get',
      path: '/tenants/{tenant}/collections',
      summary: 'Collections of calls',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(collectionSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ data: await listCollections(db, scope, c.get('caller')) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'marks:write',
      method: 'post',
      path: '/tenants/{tenant}/collections',
      summary: 'Make a shared collection',
      request: { params: tenantParam, body: body(collectionForm) },
      responses: { 201: { description: 'Made', content: json(collectionSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const form = c.req.valid('json');
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json(done<Collection>(await addCollection(db, scope, c.get('caller'), form, true)), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'marks:write',
      method: 'patch',
      path: '/tenants/{tenant}/collections/{collection}',
      summary: 'Rename a shared collection, or say what it is about',
      request: { params: collectionParam, body: body(collectionChange) },
      responses: { 200: { description: 'Changed', content: json(collectionSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { collection } = c.req.valid('param');
      const changed = await changeCollection(db, scopeOf(c), c.get('caller'), collection, c.req.valid('json'));
      return c.json(done<Collection | null>(changed) as Collection, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'marks:write',
      method: 'delete',
      path: '/tenants/{tenant}/collections/{collection}',
      summary: 'Delete a shared collection; its calls stay',
      request: { params: collectionParam },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      done(await changeCollection(db, scopeOf(c), c.get('caller'), c.req.valid('param').collection, null));
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:tag',
      method: 'post',
      path: '/tenants/{tenant}/collections/{collection}/entries',
      summary: 'Put a call, or a piece of it, into a collection',
      request: { params: collectionParam, body: body(entryForm) },
      responses: { 201: { description: 'It is in', content: json(entrySchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { call: id, ...form } = c.req.valid('json');
      const call = await markedCall(deps, scope, id);
      const made = await addEntry(db, scope, c.get('caller'), c.req.valid('param').collection, call, form, true);
      return c.json(done<Entry>(made), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:tag',
      method: 'delete',
      path: '/tenants/{tenant}/collections/{collection}/entries/{entry}',
      summary: 'Take a call out of a collection',
      request: { params: entryParam },
      responses: { 204: { description: 'It is out' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      done(await removeEntry(db, scope, c.get('caller'), c.req.valid('param').entry, scope.within === undefined));
      return c.body(null, 204);
    },
  );
}
