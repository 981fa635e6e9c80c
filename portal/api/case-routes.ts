import { subjects } from '@callscope/core/bus/streams.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { CLAIM_MINUTES, type ClaimRefusal, claimCase, releaseCase } from '@callscope/modules/cases/claims.ts';
import { CASE_STATUSES, type Case, type CaseStatus, changeCase, findCase, HANDLINGS, listCases } from '@callscope/modules/cases/store.ts';
import { employeeNames, getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { caseJson, caseSchema, decodePlace, encodePlace, numbersOf } from './case-json.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, type Env, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });

/** A word for every case that nobody has reached yet. */
const REMAINING: readonly CaseStatus[] = HANDLINGS;
const STATUS_WORDS = [...CASE_STATUSES, 'remaining'] as const;
const statuses = z
  .string()
  .transform((text) => text.split(',').map((word) => word.trim()))
  .refine(
    (words) => words.every((word) => (STATUS_WORDS as readonly string[]).includes(word)),
    `one or several of ${STATUS_WORDS.join(', ')}, separated by commas`,
  )
  .transform((words) => words.flatMap((word) => (word === 'remaining' ? REMAINING : [word as CaseStatus])))
  .openapi({
    type: 'string',
    example: 'remaining',
    description: `${STATUS_WORDS.join(', ')}, separated by commas; remaining = open, working, dismissed`,
  });

const caseQuery = z.strictObject({
  from: instant.optional().describe('start of the period, included; the first missed call of a case selects it'),
  to: instant.optional().describe('end of the period, excluded'),
  status: statuses.optional(),
  overdue: z.enum(['true', 'false']).optional(),
  owner: z.string().max(2_000).optional().describe('employees, separated by commas; - = nobody’s'),
  caller: z.string().max(2_000).optional().describe('outside numbers in any spelling, separated by commas'),
  number: z.string().max(2_000).optional().describe("the company's own numbers in any spelling, separated by commas"),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  cursor: z.string().max(2_000).optional().describe('`next` of the page before'),
});

const caseParam = tenantParam.extend({
  id: z
    .string()
    .min(1)
    .max(600)
    .openapi({ param: { name: 'id', in: 'path' }, description: 'any missed call of the case, percent-encoded' }),
});
const holder = z.string().trim().min(1).max(100).describe('the person or program that calls back; by default the name of the token');

/** Missed calls as cases: who waits, who has called back, who says what of it. */
export function caseRoutes(api: Api, deps: Deps): void {
  const { db, bus, clock } = deps;
  const now = () => new Date(clock.now());
  const answer = async (scope: TenantScope, found: Case) => caseJson(found, await employeeNames(db, scope.tenant));
  const changed = async (scope: TenantScope, found: Case) => {
    bus.nc.publish(subjects.cases(scope.tenant));
    return answer(scope, found);
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/cases',
      tags: ['Cases'],
      summary: 'Missed calls as cases',
      description:
        'A missed call of an outside number opens a case; more of them while it is open belong to it. Our answered call back closes it, or the caller getting through.',
      needs: 'calls:read',
      request: { params: tenantParam, query: caseQuery },
      responses: {
        200: { description: 'A page', content: json(z.object({ data: z.array(caseSchema), next: z.string().nullable() })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { limit, cursor, ...asked } = c.req.valid('query');
      const { order, from, to, status, overdue, owner, caller, number } = asked;
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      const place = { zone: company.timezone, country: company.country, rules: company.rules };
      const bound = `cases ${tenant} ${JSON.stringify(asked)}`;
      const after = cursor === undefined ? undefined : decodePlace(cursor, bound);
      const filter = {
        from: from === undefined ? undefined : Date.parse(from),
        to: to === undefined ? undefined : Date.parse(to),
        status,
        overdue: overdue === undefined ? undefined : overdue === 'true',
        owner: owner?.split(',').map((id) => (id.trim() === '-' ? '' : id.trim())),
        caller: caller === undefined ? undefined : numbersOf(caller, place),
        number: number === undefined ? undefined : numbersOf(number, place),
      };
      const [found, names] = await Promise.all([
        listCases(db, scope, filter, { limit: limit + 1, order, after }, now()),
        employeeNames(db, tenant),
      ]);
      const rows = found.slice(0, limit);
      const next = found.length > limit ? encodePlace(rows.at(-1), bound) : null;
      return c.json({ data: rows.map((row) => caseJson(row, names)), next }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/cases/{id}',
      tags: ['Cases'],
      summary: 'One case',
      needs: 'calls:read',
      request: { params: caseParam },
      responses: { 200: { description: 'Case', content: json(caseSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      const found = await findCase(db, scope, id, now());
      if (!found) throw noCase(id);
      return c.json(await answer(scope, found), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tenants/{tenant}/cases/{id}',
      tags: ['Cases'],
      summary: 'What people say of a case: owner, comment, status',
      description: 'What is not given stays. `dismissed` = nobody has to call; the case still counts as remaining.',
      needs: 'cases:write',
      request: {
        params: caseParam,
        body: {
          required: true,
          content: json(
            z.strictObject({
              owner: z.string().max(64).nullable().optional().describe('employee of the directory; null = nobody'),
              comment: z.string().max(2_000).optional(),
              status: z.enum(HANDLINGS).optional(),
              by: holder.optional().describe('who says so; by default the name of the token'),
            }),
          ),
        },
      },
      responses: { 200: { description: 'Case', content: json(caseSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { owner, comment, status, by = nameOf(c) } = c.req.valid('json');
      const scope = scopeOf(c);
      if (owner) {
        const directory = await getDirectory(db, scope, now());
        if (!directory?.body.employees.some((e) => e.id === owner))
          throw new Problem(400, 'the request is wrong in these fields', [
            { field: 'owner', message: `"${owner}" is not an employee of the directory` },
          ]);
      }
      const found = await changeCase(db, scope, id, { owner: owner === null ? '' : owner, comment, status }, by, now());
      if (!found) throw noCase(id);
      return c.json(await changed(scope, found), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/cases/{id}/claim',
      tags: ['Cases'],
      summary: 'Take a case in hand, so that nobody else calls the number meanwhile',
      description:
        'One holder at a time. It ends by itself, when the case is closed, or by DELETE; asked again by its holder it lasts longer.',
      needs: 'cases:write',
      request: {
        params: caseParam,
        body: {
          required: true,
          content: json(
            z.strictObject({
              holder: holder.optional(),
              minutes: z.number().min(1).max(60).default(CLAIM_MINUTES),
            }),
          ),
        },
      },
      responses: { 200: { description: 'Case', content: json(caseSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { holder = nameOf(c), minutes } = c.req.valid('json');
      const scope = scopeOf(c);
      return c.json(await changed(scope, held(id, await claimCase(db, scope, id, holder, minutes, now()))), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tenants/{tenant}/cases/{id}/claim',
      tags: ['Cases'],
      summary: 'Give a case back',
      needs: 'cases:write',
      request: { params: caseParam, query: z.strictObject({ holder: holder.optional() }) },
      responses: { 200: { description: 'Case', content: json(caseSchema) }, ...problems(400, 401, 403, 404, 409, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      return c.json(await changed(scope, held(id, await releaseCase(db, scope, id, c.req.valid('query').holder ?? nameOf(c), now()))), 200);
    },
  );
}

/** Whose token asks; the operator's first one has no name. */
function nameOf(c: Context<Env>): string {
  return c.get('caller').name || 'operator';
}

function noCase(id: string): Problem {
  return new Problem(404, `no case with the missed call "${id}"`);
}

/** @throws Problem for a refusal */
function held(id: string, answer: Case | ClaimRefusal): Case {
  if (!('why' in answer)) return answer;
  switch (answer.why) {
    case 'none':
      throw noCase(id);
    case 'held':
      throw new Problem(409, `${answer.holder} has this case in hand`, [{ field: 'holder', message: answer.holder }]);
    case 'hidden':
      throw new Problem(409, 'the number is hidden: nobody can be called back');
    case 'closed':
      throw new Problem(409, 'the case is closed: the caller was reached');
  }
}
