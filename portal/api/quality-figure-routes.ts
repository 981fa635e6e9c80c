import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { agreementOf } from '@callscope/modules/quality/agreement.ts';
import { DIMENSIONS, qualityReport } from '@callscope/modules/quality/measures.ts';
import { closeSession, findSession, listSessions, type Session, type SessionFault } from '@callscope/modules/quality/sessions.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { calibrate } from '../quality/give.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, type Env, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';
import { giveProblem, reviewJson, reviewOut } from './quality-review-routes.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const id = z.string().regex(/^\d{1,18}$/, 'a number');
const sessionParam = tenantParam.extend({ calibration: id.openapi({ param: { name: 'calibration', in: 'path' } }) });
const about = { tags: ['Quality'] };
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const time = z.iso.datetime().nullable();
const figures = z.object({
  ...{ reviews: z.number().nullable(), score: z.number().nullable().describe('mean, per cent'), critical: z.number().nullable() },
  ...{ appeals: z.number().nullable(), changed: z.number().nullable() },
});

/** Calibrations, and figures of reviews. */
export function qualityFigureRoutes(api: Api, deps: Deps): void {
  const { db, clock } = deps;
  const companyOf = async (scope: TenantScope): Promise<RuledTenant> => {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  };
  const viewerIn = (c: Context<Env>) => viewerOf(db, c.get('caller'), scopeOf(c));
  const now = () => new Date(clock.now());

  const sessionOut = z.object({
    ...{ id: z.string(), name: z.string(), callId: z.string(), form: z.string(), version: z.number().int(), madeBy: z.string() },
    ...{ createdAt: z.iso.datetime(), closedBy: z.string().nullable(), closedAt: time, asked: z.number().int(), done: z.number().int() },
  });
  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:review', method: 'get', path: '/tenants/{tenant}/quality/calibrations', summary: 'Calibrations' },
      request: { params: tenantParam },
      responses: {
        200: { description: 'The newest first', content: json(z.object({ data: z.array(sessionOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json({ data: (await listSessions(db, scopeOf(c), await viewerIn(c))).map(sessionJson) }, 200);
    },
  );
  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:manage',
        method: 'post',
        path: '/tenants/{tenant}/quality/calibrations',
        summary: 'Have several people judge one call',
      },
      request: {
        params: tenantParam,
        body: body(
          z.strictObject({
            ...{ name: z.string().trim().min(1).max(120), callId: z.string().min(1).max(600), form: id },
            reviewers: z.array(z.string().max(120)).min(2).max(20),
            reference: z.string().describe('one of them: the others are held against theirs'),
            dueDays: z.number().int().min(1).max(60).nullable().default(null),
          }),
        ),
      },
      responses: {
        201: { description: 'Open', content: json(z.object({ id: z.string() })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      const made = await calibrate(deps, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), c.req.valid('json'));
      if (typeof made === 'string') throw giveProblem(made);
      return c.json(made, 201);
    },
  );
  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:review',
        method: 'get',
        path: '/tenants/{tenant}/quality/calibrations/{calibration}',
        summary: 'A calibration',
      },
      request: { params: sessionParam },
      responses: {
        200: {
          description: 'With its reviews, the reference first; agreement when it is closed',
          content: json(sessionOut.extend({ reviews: z.array(reviewOut), agreement: z.looseObject({}).nullable() })),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const found = await findSession(db, scopeOf(c), await viewerIn(c), c.req.valid('param').calibration);
      if (!found) throw sessionProblem('unknown');
      const { session, form, reviews } = found;
      const agreement =
        session.closedAt === null
          ? null
          : agreementOf(
              form,
              reviews.flatMap(({ made }) => (made ? [made.answers] : [])),
            );
      return c.json(
        {
          ...sessionJson(session),
          reviews: reviews.map((review) => reviewJson(review, clock.now())),
          agreement: agreement && { ...agreement },
        },
        200,
      );
    },
  );
  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:manage',
        method: 'post',
        path: '/tenants/{tenant}/quality/calibrations/{calibration}/close',
        summary: 'Close a calibration',
      },
      description: 'Everybody who took part sees what the others said. Whoever was late is not asked any more.',
      request: { params: sessionParam },
      responses: { 204: { description: 'Closed' }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const fault = await closeSession(db, scopeOf(c), actorOf(c.get('caller')), c.req.valid('param').calibration, now());
      if (fault) throw sessionProblem(fault);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:read', method: 'get', path: '/tenants/{tenant}/quality/reports/{by}', summary: 'Figures of reviews' },
      description: 'Of reviews that were handed in, calibrations apart, by the time of their call.',
      request: {
        params: tenantParam.extend({ by: z.enum(DIMENSIONS).openapi({ param: { name: 'by', in: 'path' } }) }),
        query: z.strictObject({
          from: instant,
          to: instant,
          form: id.optional(),
          employee: z.string().optional(),
          group: z.string().optional(),
        }),
      },
      responses: {
        200: {
          description: 'Figures',
          content: json(
            z.object({
              rows: z.array(z.object({ key: z.string(), figures, before: figures.nullable().describe('as long a time before') })),
              total: z.object({ figures, before: figures.nullable() }),
            }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const company = await companyOf(scopeOf(c));
      const { by } = c.req.valid('param');
      const { from: first, to: last, ...rest } = c.req.valid('query');
      const [from, to] = [Date.parse(first), Date.parse(last)];
      if (from >= to) throw new Problem(400, 'the request is wrong in these fields', [{ field: 'to', message: 'must be after from' }]);
      const before = { from: 2 * from - to, to: from };
      return c.json(await qualityReport(db, scopeOf(c), await viewerIn(c), { by, from, to, before, ...rest }, company.timezone), 200);
    },
  );
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
const sessionJson = ({ createdAt, closedAt, ...session }: Session) => ({
  ...session,
  createdAt: new Date(createdAt).toISOString(),
  closedAt: iso(closedAt),
});

function sessionProblem(fault: SessionFault): Problem {
  if (fault === 'reference') return new Problem(409, 'the reference is not in yet: there is nothing to hold the others against');
  if (fault === 'closed') return new Problem(409, 'the calibration is closed already');
  return new Problem(404, 'the company has no such calibration that you may see');
}
