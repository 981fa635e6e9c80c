import { getTenant } from '@callscope/modules/directory/store.ts';
import { EVERY, MAILED_FORMATS, mailingForm } from '@callscope/modules/mailings/forms.ts';
import {
  addMailing,
  changeMailing,
  listMailings,
  type Mailing,
  type MailingFault,
  removeMailing,
  sendNow,
} from '@callscope/modules/mailings/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const mailingOut = z
  .object({
    id: z.string(),
    view: z.object({ id: z.string(), name: z.string(), page: z.string() }),
    format: z.enum(MAILED_FORMATS),
    every: z.enum(EVERY),
    weekday: z.number().int(),
    day: z.number().int(),
    minute: z.number().int(),
    addresses: z.array(z.object({ address: z.string(), left: z.iso.datetime().nullable().describe('when they unsubscribed') })),
    madeBy: z.string().describe('it goes with their rights, as they are when it goes'),
    nextAt: z.iso.datetime().nullable().describe('null: switched off'),
    last: z
      .object({
        dueAt: z.iso.datetime(),
        sent: z.number().int(),
        waiting: z.number().int(),
        failed: z.number().int(),
        fault: z.string().describe('why a letter failed or is tried again; empty = nothing is wrong'),
      })
      .nullable(),
  })
  .openapi('Mailing');
const mailingParam = tenantParam.extend({
  mailing: z
    .string()
    .regex(/^\d{1,18}$/, 'a number')
    .openapi({ param: { name: 'mailing', in: 'path' } }),
});
const about = { tags: ['Mailings'], needs: 'views:share' as const };

const toJson = ({ nextAt, addresses, last, ...mailing }: Mailing) => ({
  ...mailing,
  addresses: addresses.map(({ address, left }) => ({ address, left: left?.toISOString() ?? null })),
  nextAt: nextAt?.toISOString() ?? null,
  last: last && { ...last, dueAt: last.dueAt.toISOString() },
});

/** Saved views that go out by letter on a schedule. */
export function mailingRoutes(api: Api, { db, clock }: Deps): void {
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/mailings',
      summary: 'Saved views that go out by letter, with their last and next time',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By view', content: json(z.object({ data: z.array(mailingOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ data: (await listMailings(db, scope, c.get('caller'))).map(toJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/mailings',
      summary: 'Send a saved view by letter on a schedule',
      description: 'A file for each table of the view. What is larger than 10 MiB goes as a link that works for a week.',
      request: { params: tenantParam, body: body(mailingForm) },
      responses: { 201: { description: 'Added', content: json(mailingOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const made = await addMailing(db, scope, c.get('caller'), c.req.valid('json'), company.timezone, clock.now());
      return c.json(toJson(answered(made, '')), 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/mailings/{mailing}',
      summary: 'Change a mailing, which also switches it on',
      request: { params: mailingParam, body: body(mailingForm) },
      responses: { 200: { description: 'Changed', content: json(mailingOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { mailing } = c.req.valid('param');
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const changed = await changeMailing(db, scope, c.get('caller'), mailing, c.req.valid('json'), company.timezone, clock.now());
      return c.json(toJson(answered(changed, mailing)), 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/mailings/{mailing}/letters',
      summary: 'Send a mailing now; its schedule stays',
      request: { params: mailingParam, body: body(z.strictObject({})) },
      responses: {
        202: { description: 'Letters that wait now', content: json(z.object({ letters: z.number().int() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { mailing } = c.req.valid('param');
      const letters = await sendNow(db, scopeOf(c), c.get('caller'), mailing, clock.now());
      if (letters === null) throw noMailing(mailing);
      return c.json({ letters }, 202);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/mailings/{mailing}',
      summary: 'Delete a mailing; the view stays',
      request: { params: mailingParam },
      responses: { 204: { description: 'Gone' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { mailing } = c.req.valid('param');
      const fault = await removeMailing(db, scopeOf(c), c.get('caller'), mailing);
      if (fault !== null) throw noMailing(mailing);
      return c.body(null, 204);
    },
  );
}

const noMailing = (id: string) => new Problem(404, `no mailing ${id} in this company`);

/** @throws Problem */
function answered(answer: Mailing | MailingFault, id: string): Mailing {
  if (typeof answer !== 'string') return answer;
  if (answer === 'unknown') throw noMailing(id);
  if (answer === 'many') throw new Problem(409, 'a company has at most 100 mailings');
  const message = 'a saved view that this token sees: GET …/views';
  throw new Problem(400, 'the request is wrong in these fields', [{ field: 'view', message }]);
}
