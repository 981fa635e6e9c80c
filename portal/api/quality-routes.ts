import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getTenant, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { weekPeriod } from '@callscope/modules/quality/draw.ts';
import {
  addForm,
  changeForm,
  type FormFault,
  findForm,
  listForms,
  putQualitySettings,
  qualitySettings,
  type ScoreForm,
} from '@callscope/modules/quality/form-store.ts';
import { formBodySchema } from '@callscope/modules/quality/forms.ts';
import { listPlans, type PlanFault, planForm, putPlan, removePlan } from '@callscope/modules/quality/plans.ts';
import { APPEAL_DAYS } from '@callscope/modules/quality/rules.ts';
import { z } from '@hono/zod-openapi';
import { drawNow, planQuery } from '../quality/plans.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { orProblem } from './filter-query.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const idParam = <N extends string>(name: N) =>
  tenantParam.extend({
    [name]: z
      .string()
      .regex(/^\d{1,18}$/, 'a number')
      .openapi({ param: { name, in: 'path' } }),
  } as Record<N, z.ZodString>);
const about = { tags: ['Quality'] };
const formBody = z.looseObject({ name: z.string() }).openapi('QualityFormBody');
const formOut = z
  .object({
    id: z.string(),
    version: z.number().int(),
    archived: z.boolean(),
    body: formBody,
    madeBy: z.string(),
    madeAt: z.iso.datetime(),
  })
  .openapi('QualityForm');
const planOut = z.object({
  ...{ id: z.string(), name: z.string(), form: z.string(), query: z.string(), per: z.enum(['employee', 'all']), calls: z.number().int() },
  ...{
    minSeconds: z.number().int(),
    reviewers: z.array(z.string()),
    isBlind: z.boolean(),
    dueDays: z.number().int(),
    isActive: z.boolean(),
  },
  madeBy: z.string(),
  weeks: z
    .array(z.object({ week: z.string(), calls: z.number().int(), unshared: z.number().int() }))
    .describe('the newest that were drawn'),
});
const formJson = ({ isArchived: archived, madeAt, ...form }: ScoreForm) => ({ ...form, archived, madeAt: madeAt.toISOString() });

/** Score forms, plans and settings of quality control. */
export function qualityRoutes(api: Api, deps: Deps): void {
  const { db } = deps;
  const companyOf = async (scope: TenantScope): Promise<RuledTenant> => {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  };

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:review', method: 'get', path: '/tenants/{tenant}/quality/forms', summary: 'Score forms' },
      request: { params: tenantParam },
      responses: {
        200: { description: 'The newest version of each', content: json(z.object({ data: z.array(formOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json({ data: (await listForms(db, scopeOf(c))).map(formJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'post', path: '/tenants/{tenant}/quality/forms', summary: 'Add a score form' },
      description:
        'A question gives its weight times the share of its best answer; a scale of 1 to n gives (mark − 1) / (n − 1). The score is points got of points possible, in per cent with one decimal.',
      request: { params: tenantParam, body: body(formBodySchema) },
      responses: { 201: { description: 'Added', content: json(formOut) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      const made = await addForm(db, scopeOf(c), actorOf(c.get('caller')), c.req.valid('json'));
      return c.json(formJson(formOr(made)), 201);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:review', method: 'get', path: '/tenants/{tenant}/quality/forms/{form}', summary: 'A score form' },
      request: { params: idParam('form'), query: z.strictObject({ version: z.coerce.number().int().min(1).optional() }) },
      responses: { 200: { description: 'A version, by default the newest', content: json(formOut) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const found = await findForm(db, scopeOf(c), c.req.valid('param').form, c.req.valid('query').version);
      return c.json(formJson(formOr(found ?? 'unknown')), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'patch', path: '/tenants/{tenant}/quality/forms/{form}' },
      summary: 'Make a new version of a score form, or take it out of use',
      description: 'What is not named stays. Reviews keep the version that they are made with.',
      request: {
        params: idParam('form'),
        body: body(z.strictObject({ body: formBodySchema.optional(), archived: z.boolean().optional() })),
      },
      responses: { 200: { description: 'As it is now', content: json(formOut) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { body: given, archived } = c.req.valid('json');
      const change = { body: given, isArchived: archived };
      const made = await changeForm(db, scopeOf(c), actorOf(c.get('caller')), c.req.valid('param').form, change);
      return c.json(formJson(formOr(made)), 200);
    },
  );

  const settings = z.strictObject({ appealDays: APPEAL_DAYS.describe('so long after it is shown an employee may speak against a review') });
  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:review', method: 'get', path: '/tenants/{tenant}/quality/settings', summary: 'Term of appeals' },
      request: { params: tenantParam },
      responses: { 200: { description: 'In force', content: json(settings) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json(await qualitySettings(db, scopeOf(c)), 200);
    },
  );
  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:manage',
        method: 'put',
        path: '/tenants/{tenant}/quality/settings',
        summary: 'Set the term of appeals',
      },
      description: 'For reviews that are shown from now on.',
      request: { params: tenantParam, body: body(settings) },
      responses: { 200: { description: 'In force', content: json(settings) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      await putQualitySettings(db, scopeOf(c), actorOf(c.get('caller')), c.req.valid('json').appealDays);
      return c.json(await qualitySettings(db, scopeOf(c)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...{
        ...about,
        needs: 'quality:manage',
        method: 'get',
        path: '/tenants/{tenant}/quality/plans',
        summary: 'Plans: what is drawn every week',
      },
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(planOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      return c.json({ data: await listPlans(db, scopeOf(c)) }, 200);
    },
  );

  const planMade = z.object({ id: z.string() });
  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'post', path: '/tenants/{tenant}/quality/plans', summary: 'Add a plan' },
      description: 'It draws the week that ended within a minute, and every week in the night to Monday.',
      request: { params: tenantParam, body: body(planForm) },
      responses: { 201: { description: 'Added', content: json(planMade) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      await companyOf(scopeOf(c));
      const form = c.req.valid('json');
      const query = orProblem(() => planQuery(form.query));
      return c.json({ id: planOr(await putPlan(db, scopeOf(c), actorOf(c.get('caller')), null, { ...form, query })) }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'put', path: '/tenants/{tenant}/quality/plans/{plan}', summary: 'Change a plan' },
      request: { params: idParam('plan'), body: body(planForm) },
      responses: { 200: { description: 'Changed', content: json(planMade) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const form = c.req.valid('json');
      const query = orProblem(() => planQuery(form.query));
      const { plan } = c.req.valid('param');
      return c.json({ id: planOr(await putPlan(db, scopeOf(c), actorOf(c.get('caller')), plan, { ...form, query })) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'delete', path: '/tenants/{tenant}/quality/plans/{plan}', summary: 'Delete a plan' },
      description: 'Reviews that it made stay.',
      request: { params: idParam('plan') },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      if (!(await removePlan(db, scopeOf(c), actorOf(c.get('caller')), c.req.valid('param').plan))) throw planProblem('unknown');
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...{ ...about, needs: 'quality:manage', method: 'post', path: '/tenants/{tenant}/quality/plans/{plan}/weeks' },
      summary: 'Draw a week of a plan now',
      description: 'Once: a week that was drawn is not drawn again.',
      request: {
        params: idParam('plan'),
        body: body(z.strictObject({ week: z.iso.date().describe("its Monday, by the company's calendar") })),
      },
      responses: {
        201: {
          description: 'Drawn',
          content: json(z.object({ calls: z.number().int(), unshared: z.number().int().describe('calls that nobody could be given') })),
        },
        ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await companyOf(scope);
      const { week } = c.req.valid('json');
      if (weekPeriod(company.timezone, week) === null)
        throw new Problem(400, 'the request is wrong in these fields', [{ field: 'week', message: 'must be a Monday' }]);
      const { plan } = c.req.valid('param');
      if (!(await listPlans(db, scope)).some(({ id }) => id === plan)) throw planProblem('unknown');
      const made = await drawNow(deps, scope, company, plan, week);
      if (!made) throw new Problem(409, 'this week was drawn already, or the form of the plan is not in use');
      return c.json(made, 201);
    },
  );
}

/** @throws Problem */
function formOr(made: ScoreForm | FormFault): ScoreForm {
  if (made === 'unknown') throw new Problem(404, 'the company has no such score form');
  if (made === 'many') throw new Problem(400, 'the company has as many score forms as may be');
  return made;
}

/** @throws Problem */
function planOr(made: string | PlanFault): string {
  if (made === 'unknown' || made === 'form' || made === 'many') throw planProblem(made);
  return made;
}

function planProblem(fault: PlanFault): Problem {
  if (fault === 'unknown') return new Problem(404, 'the company has no such plan');
  if (fault === 'many') return new Problem(400, 'the company has as many plans as may be: delete one first');
  return new Problem(400, 'the request is wrong in these fields', [{ field: 'form', message: 'no score form in use' }]);
}
