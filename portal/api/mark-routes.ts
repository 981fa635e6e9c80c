import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { commentChange, commentForm, markId, noteForm, tagChange, tagForm, taggingForm } from '@callscope/modules/marks/forms.ts';
import { type Comment, type MarkedCall, type MarkFault, type Note, TAG_COLOURS, type Tag } from '@callscope/modules/marks/kinds.ts';
import { marksOf } from '@callscope/modules/marks/read.ts';
import { addComment, editComment, readCallMarks, removeComment, writeNote } from '@callscope/modules/marks/store.ts';
import { addTag, changeTag, countedTags, tagCall } from '@callscope/modules/marks/tags.ts';
import { overtalkShare, talkShare } from '@callscope/modules/marks/talk.ts';
import { z } from '@hono/zod-openapi';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const about = { tags: ['Marks'] };
const tagSchema = z.object({ id: z.string(), name: z.string(), colour: z.enum(TAG_COLOURS), isArchived: z.boolean() }).openapi('Tag');
const noteSchema = z
  .object({ text: z.string(), by: z.string(), at: z.iso.datetime(), version: z.number().int() })
  .nullable()
  .openapi('Note');
const commentSchema = z
  .object({
    id: z.string(),
    by: z.string(),
    text: z.string().describe('empty once it is removed'),
    second: z.number().nullable().describe('of the recording; null: the whole call'),
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    removedAt: z.iso.datetime().nullable(),
    removedBy: z.string().nullable(),
    isOwn: z.boolean().describe('whoever asks wrote it'),
  })
  .openapi('Comment');
const seconds = z.number();
const talkSchema = z
  .object({
    ...{ recordedSeconds: seconds, clientSeconds: seconds.describe('spoken by the other party'), ourSeconds: seconds },
    ourShare: z.number().nullable().describe('of all speech, in per cent; null: nobody spoke'),
    clientMonologueSeconds: seconds.nullable().describe('the longest stretch in which it had the word; null: not measured'),
    ourMonologueSeconds: seconds.nullable(),
    ...{ overtalkSeconds: seconds, overtalkShare: z.number().nullable().describe('of the recording, in per cent') },
    ...{ silenceSeconds: seconds, longestSilenceSeconds: seconds },
  })
  .openapi('TalkMeasures');
const marksSchema = z
  .object({
    tags: z.array(tagSchema),
    note: noteSchema,
    comments: z.array(commentSchema),
    score: z.number().nullable().describe('of quality control, in per cent'),
    talk: talkSchema.nullable().describe('null: there is no recording that was measured'),
  })
  .openapi('CallMarks');
const tagParam = tenantParam.extend({ tag: markId.openapi({ param: { name: 'tag', in: 'path' } }) });
const commentParam = callParam.extend({ comment: markId.openapi({ param: { name: 'comment', in: 'path' } }) });

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));
const commentJson = (c: Comment) => ({
  ...c,
  createdAt: iso(c.createdAt),
  editedAt: isoOrNull(c.editedAt),
  removedAt: isoOrNull(c.removedAt),
});
const noteJson = (note: Note | null) => note && { ...note, at: iso(note.at) };

/** The call that marks are of, as far as the right of the request reaches. @throws Problem 404 */
export async function markedCall(deps: Deps, scope: TenantScope, id: string): Promise<MarkedCall> {
  const call = await findCall(deps.store, scope, id);
  if (!call) throw new Problem(404, `no call "${id}" in this company`);
  return call;
}

const STATUS: Record<MarkFault, number> = { many: 400, taken: 409, unknown: 404, stale: 409, right: 403, archived: 409 };
const SAID: Record<MarkFault, string> = {
  many: 'there are as many as may be',
  taken: 'this name is taken',
  unknown: 'there is none',
  stale: 'it was changed meanwhile: read it again',
  right: 'this needs another right, or is not yours',
  archived: 'this tag is archived',
};

/** @throws Problem when nothing was done */
export function done<T>(answer: T | MarkFault): T {
  if (typeof answer === 'string' && Object.hasOwn(STATUS, answer)) {
    const fault = answer as MarkFault;
    throw new Problem(STATUS[fault], SAID[fault]);
  }
  return answer as T;
}

/** What people say about calls: the company's list of tags, tags, note and comments of a call. */
export function markRoutes(api: Api, deps: Deps): void {
  const { db } = deps;

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:read',
      method: 'get',
      path: '/tenants/{tenant}/tags',
      summary: "The company's tags, in their order",
      request: { params: tenantParam },
      responses: {
        200: {
          description: 'With how many calls have each',
          content: json(z.object({ data: z.array(tagSchema.extend({ calls: z.number().int() })) })),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      // how many calls of the whole company have it is not for who sees a part
      const tags = await countedTags(db, scope);
      return c.json({ data: scope.within === undefined ? tags : tags.map((tag) => ({ ...tag, calls: 0 })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'marks:write',
      method: 'post',
      path: '/tenants/{tenant}/tags',
      summary: 'Add a tag to the list',
      request: { params: tenantParam, body: body(tagForm) },
      responses: {
        201: { description: 'Added, last in the list', content: json(tagSchema) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const form = c.req.valid('json');
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json(done<Tag>(await addTag(db, scope, c.get('caller'), form)), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'marks:write',
      method: 'patch',
      path: '/tenants/{tenant}/tags/{tag}',
      summary: 'Rename a tag, change its colour or place, archive it or take it back',
      request: { params: tagParam, body: body(tagChange) },
      responses: { 200: { description: 'Changed', content: json(tagSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { tag } = c.req.valid('param');
      return c.json(done<Tag>(await changeTag(db, scopeOf(c), c.get('caller'), tag, c.req.valid('json'))), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:read',
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/marks',
      summary: 'What people said of a call, and how it was talked',
      request: { params: callParam },
      responses: { 200: { description: 'Marks', content: json(marksSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const call = await markedCall(deps, scope, c.req.valid('param').id);
      const [said, measured] = await Promise.all([readCallMarks(db, scope, c.get('caller'), call.id), marksOf(db, scope, [call.id])]);
      const { talk = null, score = null } = measured.get(call.id) ?? {};
      return c.json(
        {
          tags: said.tags,
          note: noteJson(said.note),
          comments: said.comments.map(commentJson),
          score,
          talk: talk && {
            ...{ recordedSeconds: talk.recorded / 1_000, clientSeconds: talk.left / 1_000, ourSeconds: talk.right / 1_000 },
            ourShare: talkShare(talk),
            clientMonologueSeconds: talk.longestLeft === null ? null : talk.longestLeft / 1_000,
            ourMonologueSeconds: talk.longestRight === null ? null : talk.longestRight / 1_000,
            ...{ overtalkSeconds: talk.overtalk / 1_000, overtalkShare: overtalkShare(talk) },
            ...{ silenceSeconds: talk.silence / 1_000, longestSilenceSeconds: talk.longestSilence / 1_000 },
          },
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:tag',
      method: 'put',
      path: '/tenants/{tenant}/calls/{id}/tags',
      summary: 'Give a call exactly these tags',
      request: { params: callParam, body: body(taggingForm) },
      responses: { 204: { description: 'So it is' }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const call = await markedCall(deps, scope, c.req.valid('param').id);
      done(await tagCall(db, scope, c.get('caller'), call, c.req.valid('json').tags));
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:tag',
      method: 'put',
      path: '/tenants/{tenant}/calls/{id}/note',
      summary: 'Write the note of a call, or take it away',
      description: '409: somebody changed it after the version that is named.',
      request: { params: callParam, body: body(noteForm) },
      responses: { 200: { description: 'As it stands', content: json(noteSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { text, version } = c.req.valid('json');
      const call = await markedCall(deps, scope, c.req.valid('param').id);
      return c.json(noteJson(done<Note | null>(await writeNote(db, scope, c.get('caller'), call, text, version))), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:comment',
      method: 'post',
      path: '/tenants/{tenant}/calls/{id}/comments',
      summary: 'Comment on a call, or on a second of its recording',
      request: { params: callParam, body: body(commentForm) },
      responses: { 201: { description: 'Added', content: json(commentSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const call = await markedCall(deps, scope, c.req.valid('param').id);
      return c.json(commentJson(done<Comment>(await addComment(db, scope, c.get('caller'), call, c.req.valid('json')))), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:comment',
      method: 'patch',
      path: '/tenants/{tenant}/calls/{id}/comments/{comment}',
      summary: 'Change a comment of one’s own',
      request: { params: commentParam, body: body(commentChange) },
      responses: { 200: { description: 'Changed', content: json(commentSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { id, comment } = c.req.valid('param');
      const call = await markedCall(deps, scope, id);
      const changed = await editComment(db, scope, c.get('caller'), call.id, comment, c.req.valid('json').text);
      return c.json(commentJson(done<Comment>(changed)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:comment',
      method: 'delete',
      path: '/tenants/{tenant}/calls/{id}/comments/{comment}',
      summary: 'Remove a comment of one’s own; with marks:write in the whole company, anybody’s',
      request: { params: commentParam },
      responses: { 204: { description: 'Removed' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { id, comment } = c.req.valid('param');
      const call = await markedCall(deps, scope, id);
      done(await removeComment(db, scope, c.get('caller'), call.id, comment));
      return c.body(null, 204);
    },
  );
}
