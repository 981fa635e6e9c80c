import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { MOST_SHARED, VIEW_PAGES, type ViewPage, viewChange, viewForm } from '@callscope/modules/views/forms.ts';
import { addView, changeView, findView, listViews, removeView, type SavedView, type ViewFault } from '@callscope/modules/views/store.ts';
import { z } from '@hono/zod-openapi';
import { questionOf, viewHref } from '../src/page/views/query.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { orProblem } from './filter-query.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const viewOut = z
  .object({
    id: z.string(),
    page: z.enum(VIEW_PAGES),
    name: z.string(),
    query: z.string(),
    path: z.string().describe('of the page with these conditions, for people who sign in'),
    madeBy: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('SavedView');
const viewParam = tenantParam.extend({
  view: z
    .string()
    .regex(/^\d{1,18}$/, 'a number')
    .openapi({ param: { name: 'view', in: 'path' } }),
});
const about = { tags: ['Saved views'] };

/** Shared views: a page with its conditions under a name, for everybody of the company. A token is nobody's and has none of its own. */
export function viewRoutes(api: Api, { db, clock }: Deps): void {
  /** As the page itself writes it. @throws Problem */
  async function questionIn(scope: TenantScope, page: ViewPage, query: string): Promise<string> {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return orProblem(() => questionOf(page, query, company.timezone, clock.now()));
  }

  const toJson = (tenant: string, { shared: _, createdAt, updatedAt, ...view }: SavedView) => ({
    ...view,
    path: viewHref(tenant, view),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  });

  api.openapi(
    createRoute({
      ...about,
      needs: 'calls:read',
      method: 'get',
      path: '/tenants/{tenant}/views',
      summary: "The company's shared views",
      description: 'Whoever opens one sees of its calls what their own rights show.',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By page and name', content: json(z.object({ data: z.array(viewOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      const views = await listViews(db, scope, c.get('caller'));
      return c.json({ data: views.map((view) => toJson(scope.tenant, view)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'views:share',
      method: 'post',
      path: '/tenants/{tenant}/views',
      summary: 'Add a shared view',
      description: 'Its query is kept as the page writes it; the place in a list is no part of it.',
      request: { params: tenantParam, body: body(viewForm) },
      responses: { 201: { description: 'Added', content: json(viewOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const form = c.req.valid('json');
      const query = await questionIn(scope, form.page, form.query);
      const made = answered(await addView(db, scope, c.get('caller'), { ...form, query }, true), '');
      return c.json(toJson(scope.tenant, made), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'views:share',
      method: 'patch',
      path: '/tenants/{tenant}/views/{view}',
      summary: 'Rename a shared view, or change its conditions',
      description: 'What is not named stays.',
      request: { params: viewParam, body: body(viewChange) },
      responses: { 200: { description: 'Changed', content: json(viewOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { view: id } = c.req.valid('param');
      const change = c.req.valid('json');
      const view = await findView(db, scope, c.get('caller'), id);
      if (!view) throw noView(id);
      const query = change.query === undefined ? undefined : await questionIn(scope, view.page, change.query);
      const changed = answered(await changeView(db, scope, c.get('caller'), id, { ...change, query }), id);
      return c.json(toJson(scope.tenant, changed), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      needs: 'views:share',
      method: 'delete',
      path: '/tenants/{tenant}/views/{view}',
      summary: 'Delete a shared view',
      request: { params: viewParam },
      responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { view } = c.req.valid('param');
      const fault = await removeView(db, scopeOf(c), c.get('caller'), view);
      if (fault !== null) throw problemOf(fault, view);
      return c.body(null, 204);
    },
  );
}

/** @throws Problem */
function answered(made: SavedView | ViewFault, id: string): SavedView {
  if (typeof made === 'string') throw problemOf(made, id);
  return made;
}

const noView = (id: string) => new Problem(404, `the company has no shared view ${id}`);

function problemOf(fault: ViewFault, id: string): Problem {
  const refused = (status: number, message: string) =>
    new Problem(status, 'the request is wrong in these fields', [{ field: 'name', message }]);
  switch (fault) {
    case 'unknown':
      return noView(id);
    case 'share':
      return new Problem(403, 'this needs views:share in all of the company');
    case 'taken':
      return refused(409, 'another shared view of this page has this name');
    case 'many':
      return refused(400, `a company has at most ${MOST_SHARED} shared views: delete one first`);
  }
}
