import { type AuditEntry, type AuditFilter, auditOf, operatorAudit } from '@callscope/modules/audit/read.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf, scopeOf } from './context.ts';
import { problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const text = z.string().min(1).max(200).optional();
const query = z.strictObject({
  from: instant.optional().describe('acts in [from, to)'),
  to: instant.optional(),
  who: text.describe('login or name of a token, in any case'),
  act: z
    .string()
    .regex(/^[a-z-]+(\.[a-z-]+)?$/, 'like recording.listen, or recording for all of them')
    .optional()
    .describe('recording.listen, or what acts begin with: recording'),
  subject: text.describe('part of what it was done to: id of a call, login, number'),
  before: z
    .string()
    .regex(/^\d{1,18}$/, '`next` of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const pageSchema = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        at: z.string(),
        by: z.enum(['person', 'token', 'system']),
        who: z.string(),
        whose: z.string().nullable().describe('company of who did it; null: the operator'),
        address: z.string(),
        act: z.string(),
        subject: z.string(),
        before: z.unknown(),
        after: z.unknown(),
      }),
    ),
    next: z.string().nullable().describe('`before` of the next page'),
  })
  .openapi('Audit');

function filterOf({ from, to, who, act, subject }: z.output<typeof query>): AuditFilter {
  return { who, act, subject, from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
}

function pageOf(found: readonly AuditEntry[], limit: number): z.output<typeof pageSchema> {
  const data = found.slice(0, limit).map((line) => ({ ...line, at: line.at.toISOString() }));
  return { data, next: found.length > limit ? (data.at(-1)?.id ?? null) : null };
}

/** Who did what, from where, and what it was before and after. Nothing here changes a line. */
export function auditRoutes(api: Api, { db }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/audit',
      tags: ['Audit'],
      summary: 'Who did what in the company, the newest first',
      description:
        'Listening and downloads, sign-ins, rights, settings of recordings, tokens. Changes of the directory: GET …/directory/changes.',
      needs: 'audit:read',
      request: { params: tenantParam, query },
      responses: { 200: { description: 'A page', content: json(pageSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const asked = c.req.valid('query');
      const found = await auditOf(db, scope, filterOf(asked), asked.before ?? null, asked.limit + 1);
      return c.json(pageOf(found, asked.limit), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/audit',
      tags: ['Operator'],
      summary: "Who did what in the operator's own matters, the newest first",
      needs: 'operators:write',
      request: { query },
      responses: { 200: { description: 'A page', content: json(pageSchema) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => {
      const asked = c.req.valid('query');
      const found = await operatorAudit(db, operatorOf(c), filterOf(asked), asked.before ?? null, asked.limit + 1);
      return c.json(pageOf(found, asked.limit), 200);
    },
  );
}
