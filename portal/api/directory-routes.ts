import { directorySchema } from '@callscope/core/domain/directory.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { changeDirectory, DirectoryMoved, type Outcome, putDirectory, recompute } from '@callscope/modules/directory/change.ts';
import { applyChanges, type Change, changeSchema, DirectoryEditError } from '@callscope/modules/directory/edit.ts';
import { KINDS } from '@callscope/modules/directory/entries.ts';
import { diffOf, listChanges, listVersions } from '@callscope/modules/directory/history.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { pastResolved, whenApplied } from '../directory/applied.ts';
import { authorOf } from '../directory/author.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, type Env, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

/** Of one PATCH: more is an import. */
const MOST_CHANGES = 1_000;

const time = z.iso.datetime({ offset: true });
const moment = z.string().describe('RFC 3339, UTC');
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const appliedOut = z.object({
  version: z.number().int().describe('of the company: grows by every change'),
  applied: z.boolean().describe('true: ingest uses it; false: stored, ingest has not confirmed yet'),
});
const writeQuery = z.strictObject({
  validFrom: time.optional().describe('RFC 3339: calls from this moment on get the new people'),
  recompute: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: calls since validFrom are resolved again as far back as they are kept; otherwise those of the last 14 days'),
});
const ifMatch = z.object({
  'if-match': z
    .string()
    .regex(/^(\*|(W\/)?"?\d{1,15}"?)$/, 'the ETag of GET …/directory')
    .optional()
    .describe('ETag of GET …/directory: refused with 412 when the directory has changed since'),
});
const written = {
  200: { description: 'In use', content: json(appliedOut) },
  202: { description: 'Stored; ingest has not confirmed yet', content: json(appliedOut) },
};
const count = z.number().int();
const entry = z.record(z.string(), z.unknown()).nullable();

/** The directory of a company: as it is or was, its versions, who changed it, and changes. */
export function directoryRoutes(api: Api, { db, bus, clock }: Deps): void {
  const answer = async (c: Context<Env>, tenant: string, work: Promise<Outcome | null>) => {
    const outcome = await refused(work);
    if (outcome === null) throw noCompany(tenant);
    const applied = await whenApplied(bus, tenant, outcome.version);
    return c.json({ version: outcome.version, applied }, applied ? 200 : 202);
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/directory',
      tags: ['Directory'],
      summary: 'The directory valid now, or at a moment',
      needs: 'directory:read',
      request: { params: tenantParam, query: z.strictObject({ at: time.optional().describe('RFC 3339; default: now') }) },
      responses: { 200: { description: 'Directory', content: json(directorySchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { at } = c.req.valid('query');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      const found = await getDirectory(db, scope, at === undefined ? new Date(clock.now()) : new Date(at));
      c.header('etag', `"${found?.version ?? 0}"`);
      return c.json(found?.body ?? directorySchema.parse({}), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/directory',
      tags: ['Directory'],
      summary: 'Replace the directory: numbers, groups, employees, accounts',
      description:
        'The first version is valid from the beginning of time, later ones from now or `validFrom` until the next version; a call keeps the people it had. Answers when ingest uses it.',
      needs: 'directory:write',
      request: {
        params: tenantParam,
        query: writeQuery,
        headers: ifMatch,
        body: { required: true, content: json(directorySchema) },
      },
      responses: { ...written, ...problems(400, 401, 403, 404, 412, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      return answer(c, tenant, putDirectory(db, scope, requestOf(c), c.req.valid('json')));
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tenants/{tenant}/directory',
      tags: ['Directory'],
      summary: 'Add, change or remove entries of the directory',
      description:
        'All changes of a request are one version, from now or `validFrom`; of an entry that is changed, what is not named stays. Later versions follow in what they did not change themselves. Answers when ingest uses it.',
      needs: 'directory:write',
      request: {
        params: tenantParam,
        query: writeQuery,
        headers: ifMatch,
        body: {
          required: true,
          content: json(z.strictObject({ changes: z.array(changeSchema).min(1).max(MOST_CHANGES) })),
        },
      },
      responses: { ...written, ...problems(400, 401, 403, 404, 409, 412, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      const changes = c.req.valid('json').changes as Change[];
      const request = { ...requestOf(c), kind: 'edit' as const };
      return answer(
        c,
        tenant,
        changeDirectory(db, scope, request, (body) => applyChanges(body, changes, company.country)),
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/directory/recompute',
      tags: ['Directory'],
      summary: 'Resolve the past again by the directory as it is',
      description: 'Calls since `from`, as far back as they are kept, in the background; …/directory/changes says when it is done.',
      needs: 'directory:write',
      request: { params: tenantParam, body: { required: true, content: json(z.strictObject({ from: time })) } },
      responses: { ...written, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      return answer(c, tenant, recompute(db, scope, byOf(c), new Date(c.req.valid('json').from)));
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/directory/versions',
      tags: ['Directory'],
      summary: 'Which versions stand, oldest first',
      needs: 'directory:read',
      request: { params: tenantParam },
      responses: {
        200: {
          description: 'Versions',
          content: json(
            z.object({
              data: z.array(
                z.object({
                  version: count,
                  validFrom: moment,
                  validUntil: moment.nullable(),
                  change: count.nullable().describe('the change that wrote it last'),
                  counts: z.object(Object.fromEntries(KINDS.map((k) => [k, count])) as Record<(typeof KINDS)[number], typeof count>),
                }),
              ),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      const data = (await listVersions(db, scope)).map((v) => ({
        ...v,
        validFrom: v.validFrom.toISOString(),
        validUntil: v.validUntil?.toISOString() ?? null,
      }));
      return c.json({ data }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/directory/changes',
      tags: ['Directory'],
      summary: 'Who changed the directory, newest first',
      needs: 'directory:read',
      request: {
        params: tenantParam,
        query: z.strictObject({
          before: z.coerce.number().int().positive().optional().describe('`next` of the page before'),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
      },
      responses: {
        200: {
          description: 'Changes',
          content: json(
            z.object({
              data: z.array(
                z.object({
                  version: count,
                  at: moment,
                  author: z.object({ kind: z.enum(['person', 'token', 'operator']), name: z.string() }),
                  kind: z.enum(['replace', 'edit', 'import', 'recompute']),
                  validFrom: moment,
                  recomputeFrom: moment.nullable(),
                  recomputed: z.boolean().nullable().describe('whether the past is resolved again; null: nobody asked'),
                  added: count,
                  changed: count,
                  removed: count,
                }),
              ),
              next: count.nullable(),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { before = null, limit } = c.req.valid('query');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      const [lines, done] = await Promise.all([listChanges(db, scope, { before, limit }), pastResolved(bus, tenant)]);
      const data = lines.map((line) => ({
        ...line,
        at: line.at.toISOString(),
        validFrom: line.validFrom.toISOString(),
        recomputeFrom: line.recomputeFrom?.toISOString() ?? null,
        recomputed: line.recomputeFrom === null ? null : line.version <= done,
      }));
      return c.json({ data, next: data.length === limit ? (data.at(-1)?.version ?? null) : null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/directory/changes/{version}',
      tags: ['Directory'],
      summary: 'What one change did',
      needs: 'directory:read',
      request: {
        params: tenantParam.extend({
          version: z.coerce
            .number()
            .int()
            .positive()
            .openapi({ param: { name: 'version', in: 'path' } }),
        }),
      },
      responses: {
        200: {
          description: 'Entries before and after',
          content: json(
            z.object({
              data: z.array(
                z.object({
                  op: z.enum(['add', 'change', 'remove']),
                  kind: z.enum(KINDS),
                  key: z.string(),
                  before: entry,
                  after: entry,
                }),
              ),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { version } = c.req.valid('param');
      const diff = await diffOf(db, scopeOf(c), version);
      if (!diff) throw new Problem(404, `no change ${version} of the directory: see …/directory/changes`);
      return c.json({ data: diff.map((d) => ({ ...d, before: d.before && { ...d.before }, after: d.after && { ...d.after } })) }, 200);
    },
  );
}

type Writing = Context<
  Env,
  string,
  { out: { query: { validFrom?: string; recompute?: 'true' | 'false' }; header: { 'if-match'?: string } } }
>;

const byOf = (c: Context<Env>) => ({ author: authorOf(c.get('caller')), actor: actorOf(c.get('caller')) });

/** When, by whom, on top of what, and whether the past follows. */
function requestOf(c: Writing) {
  const { validFrom, recompute: isWished } = c.req.valid('query');
  const from = validFrom === undefined ? null : new Date(validFrom);
  const expected = /\d+/.exec(c.req.valid('header')['if-match'] ?? '')?.[0];
  return {
    ...byOf(c),
    validFrom: from,
    recomputeFrom: isWished === 'true' ? (from ?? new Date(0)) : null,
    expected: expected === undefined ? null : Number(expected),
  };
}

/** @throws Problem in place of what the directory says */
async function refused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DirectoryMoved) throw new Problem(412, error.message, undefined, { etag: `"${error.version}"` });
    if (error instanceof DirectoryEditError)
      throw new Problem(error.fault.code === 'notDialable' ? 400 : 409, error.message, [{ field: 'changes', message: error.message }]);
    throw error;
  }
}
