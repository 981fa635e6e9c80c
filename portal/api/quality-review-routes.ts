import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { withdrawReview } from '@callscope/modules/quality/assign.ts';
import { answersSchema } from '@callscope/modules/quality/forms.ts';
import { acceptReview, appealReview, decideAppeal, type ReviewFault, saveDraft, submitReview } from '@callscope/modules/quality/make.ts';
import type { Review, ReviewEvent } from '@callscope/modules/quality/review.ts';
import { findReview, listReviews, MOST_LISTED } from '@callscope/modules/quality/reviews.ts';
import { appealForm, isLocked, REVIEW_STATES } from '@callscope/modules/quality/rules.ts';
import { scoreOf } from '@callscope/modules/quality/score.ts';
import { viewerOf } from '@callscope/modules/quality/viewer.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type GiveFault, giveCall } from '../quality/give.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, type Env, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const id = z.string().regex(/^\d{1,18}$/, 'a number');
const reviewParam = tenantParam.extend({ review: id.openapi({ param: { name: 'review', in: 'path' } }) });
const about = { tags: ['Quality'] };
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const time = z.iso.datetime().nullable();
export const reviewOut = z
  .object({
    ...{ id: z.string(), callId: z.string(), startedAt: z.iso.datetime(), employee: z.string(), group: z.string(), form: z.string() },
    ...{
      version: z.number().int(),
      reviewer: z.string(),
      source: z.string(),
      state: z.enum(REVIEW_STATES),
      shown: z.boolean(),
      locked: z.boolean(),
    },
    ...{
      dueAt: time,
      submittedAt: time,
      appealUntil: time,
      reference: z.boolean(),
      pair: z.string().nullable(),
      calibration: z.string().nullable(),
    },
    made: z
      .object({ answers: answersSchema, comment: z.string(), score: z.number().nullable(), critical: z.boolean() })
      .nullable()
      .describe('null: not for you to read yet'),
    appeal: z.looseObject({}).nullable(),
    decision: z.looseObject({}).nullable(),
  })
  .openapi('QualityReview');
const draft = z.strictObject({ answers: answersSchema, comment: z.string().trim().max(4_000).default('') });

/** Reviews from assignment to decision. */
export function qualityReviewRoutes(api: Api, deps: Deps): void {
  const { db, clock } = deps;
  const companyOf = async (scope: TenantScope): Promise<RuledTenant> => {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  };
  const viewerIn = (c: Context<Env>) => viewerOf(db, c.get('caller'), scopeOf(c));
  const now = () => new Date(clock.now());
  const toJson = (review: Review) => reviewJson(review, clock.now());
  /** @throws Problem 404 */
  const reviewIn = async (c: Context<Env>, review: string) => {
    const found = await findReview(db, scopeOf(c), await viewerIn(c), review);
    if (!found) throw noReview();
    const { form, review: of, events, partners } = found;
    const explained = of.made ? scoreOf(form, of.made.answers) : null;
    return { ...toJson(of), formBody: form, explained, events: events.map(eventJson), partners: partners.map(toJson) };
  };
  const whole = reviewOut.extend({
    ...{
      formBody: z.looseObject({}),
      explained: z.looseObject({}).nullable(),
      events: z.array(z.looseObject({})),
      partners: z.array(reviewOut),
    },
  });
  const answer = { 200: { description: 'The review', content: json(whole) } };

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:read', method: 'get', path: '/tenants/{tenant}/quality/reviews', summary: 'Reviews' },
      description: `What is due first, then the newest; at most ${MOST_LISTED} at a time. Whoever only reads is shown those that were handed in.`,
      request: {
        params: tenantParam,
        query: z.strictObject({
          ...{ state: z.enum(['open', 'done', 'appealed']).optional(), reviewer: z.string().optional(), employee: z.string().optional() },
          ...{
            group: z.string().optional(),
            form: id.optional(),
            call: z.string().optional(),
            from: instant.optional(),
            to: instant.optional(),
          },
          offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
        }),
      },
      responses: {
        200: { description: 'Reviews', content: json(z.object({ data: z.array(reviewOut), count: z.number().int() })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      const { offset, from, to, ...rest } = c.req.valid('query');
      const filter = {
        ...rest,
        from: from === undefined ? undefined : Date.parse(from),
        to: to === undefined ? undefined : Date.parse(to),
      };
      const { reviews, count } = await listReviews(db, scopeOf(c), await viewerIn(c), filter, { offset });
      return c.json({ data: reviews.map(toJson), count }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:review',
        method: 'post',
        path: '/tenants/{tenant}/quality/reviews',
        summary: 'Give a call to be reviewed',
      },
      description:
        'To two: they review it blindly. Who does not manage gives calls to themselves. A program reviews as `token` and its name.',
      request: {
        params: tenantParam,
        body: body(
          z.strictObject({
            ...{ callId: z.string().min(1).max(600), form: id },
            reviewers: z.array(z.string().max(120)).min(1).max(2).optional().describe('logins; yourself, when nobody is named'),
            dueDays: z.number().int().min(1).max(60).nullable().default(null),
          }),
        ),
      },
      responses: {
        201: { description: 'Given', content: json(z.object({ ids: z.array(z.string()) })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      const viewer = await viewerIn(c);
      const { reviewers = [viewer.name], ...asked } = c.req.valid('json');
      const ids = await giveCall(deps, scopeOf(c), viewer, actorOf(c.get('caller')), { ...asked, reviewers });
      if (typeof ids === 'string') throw giveProblem(ids);
      return c.json({ ids }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:read',
        method: 'get',
        path: '/tenants/{tenant}/quality/reviews/{review}',
        summary: 'A review with its form and history',
      },
      request: { params: reviewParam },
      responses: { ...answer, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => c.json(await reviewIn(c, c.req.valid('param').review), 200),
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'delete', path: '/tenants/{tenant}/quality/reviews/{review}' },
      summary: 'Take a review back that was not handed in',
      request: { params: reviewParam },
      responses: { 204: { description: 'Taken back' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      if (!(await withdrawReview(db, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), review, now()))) throw noReview();
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:review',
        method: 'put',
        path: '/tenants/{tenant}/quality/reviews/{review}/draft',
        summary: 'Keep what is said so far',
      },
      request: { params: reviewParam, body: body(draft) },
      responses: { ...answer, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      refuse(await saveDraft(db, scopeOf(c), await viewerIn(c), review, c.req.valid('json')));
      return c.json(await reviewIn(c, review), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:review',
        method: 'post',
        path: '/tenants/{tenant}/quality/reviews/{review}/submit',
        summary: 'Hand a review in',
      },
      request: { params: reviewParam, body: body(draft) },
      responses: { ...answer, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      refuse(await submitReview(db, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), review, c.req.valid('json'), now()));
      return c.json(await reviewIn(c, review), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:read', method: 'post', path: '/tenants/{tenant}/quality/reviews/{review}/accept' },
      summary: 'Accept a review, as the employee who was judged',
      request: { params: reviewParam },
      responses: { ...answer, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      refuse(await acceptReview(db, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), review, now()));
      return c.json(await reviewIn(c, review), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:read', method: 'post', path: '/tenants/{tenant}/quality/reviews/{review}/appeal' },
      summary: 'Speak against a review, as the employee who was judged: once',
      request: { params: reviewParam, body: body(appealForm) },
      responses: { ...answer, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      refuse(await appealReview(db, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), review, c.req.valid('json'), now()));
      return c.json(await reviewIn(c, review), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:manage',
        method: 'post',
        path: '/tenants/{tenant}/quality/reviews/{review}/decision',
        summary: 'Decide on an appeal',
      },
      description: 'Marks that are named change, the others stay. The review is locked then.',
      request: {
        params: reviewParam,
        body: body(z.strictObject({ reason: z.string().trim().min(1).max(2_000), answers: answersSchema.default({}) })),
      },
      responses: { ...answer, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { review } = c.req.valid('param');
      refuse(await decideAppeal(db, scopeOf(c), await viewerIn(c), actorOf(c.get('caller')), review, c.req.valid('json'), now()));
      return c.json(await reviewIn(c, review), 200);
    },
  );
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

export function reviewJson(review: Review, now: number) {
  const {
    isShown,
    startedAt,
    dueAt,
    submittedAt,
    appealUntil,
    createdAt: _,
    createdBy: __,
    isReference,
    session,
    plan: ___,
    made,
    appeal,
    decision,
    ...rest
  } = review;
  return {
    ...rest,
    ...{ shown: isShown, locked: isLocked(review, now), startedAt: new Date(startedAt).toISOString(), dueAt: iso(dueAt) },
    ...{ submittedAt: iso(submittedAt), appealUntil: iso(appealUntil), reference: isReference, calibration: session },
    made: made && { answers: made.answers, comment: made.comment, score: made.score, critical: made.isCritical },
    ...{ appeal: appeal && { ...appeal }, decision: decision && { ...decision } },
  };
}
const eventJson = ({ at, ...event }: ReviewEvent) => ({ ...event, at: new Date(at).toISOString() });
const noReview = () => new Problem(404, 'the company has no such review that you may see');

/** @throws Problem */
function refuse(fault: ReviewFault | null): void {
  if (fault === null) return;
  if (fault.why === 'unknown') throw noReview();
  if (fault.why === 'foreign')
    throw new Problem(403, 'this is for somebody else to do: its reviewer, the employee who was judged, or a supervisor');
  if (!('faults' in fault)) throw new Problem(409, 'the review is past that: handed in, answered, or its term is over');
  const said = { missing: 'is not answered', mark: 'has no such mark', comment: 'needs a comment with this mark' };
  throw new Problem(
    400,
    'the request is wrong in these fields',
    fault.faults.map(({ question, why }) => ({ field: `answers.${question}`, message: said[why] })),
  );
}

export function giveProblem(fault: GiveFault): Problem {
  const wrong = (field: string, message: string) => new Problem(400, 'the request is wrong in these fields', [{ field, message }]);
  switch (fault) {
    case 'call':
      return wrong('callId', 'no answered call of an employee that you may see');
    case 'form':
      return wrong('form', 'no score form in use');
    case 'reviewer':
      return wrong('reviewers', 'nobody of this name reviews, one stands there twice, or the call is their own');
    case 'reference':
      return wrong('reference', 'must be one of the reviewers');
    case 'foreign':
      return new Problem(403, 'giving reviews to others needs quality:manage');
    case 'twice':
      return new Problem(409, 'somebody of them has a review of this call by this form already');
  }
}
