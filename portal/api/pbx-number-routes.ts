import { actorOf } from '@callscope/modules/audit/acts.ts';
import { plainNumber } from '@callscope/modules/pbx/forms.ts';
import { blackList, putBlackList } from '@callscope/modules/pbx/lists.ts';
import { listForm, routeForm } from '@callscope/modules/pbx/route-forms.ts';
import { numberRoutes, pbxOf, putRoute } from '@callscope/modules/pbx/routes.ts';
import { outcomeOf } from '@callscope/modules/pbx/rules-route.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { conflictOrProblem } from './pbx-routes.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const stored = { 204: { description: 'Stored; in force with the next call' } };
const about = { tags: ['Telephony'], needs: 'directory:write' as const };
const numberParam = tenantParam.extend({
  number: z
    .string()
    .regex(/^[0-9]{3,15}$/, 'international digits')
    .openapi({ param: { name: 'number', in: 'path' } }),
});

const ifMatch = z.object({
  'if-match': z
    .string()
    .regex(/^"?[0-9a-f]{16}"?$/, 'the `version` of GET …/pbx/numbers')
    .optional()
    .describe('`version` of the route that was read: refused with 412 when it has changed since'),
});

const ruleOut = z.object({
  name: z.string(),
  when: routeForm.shape.rules.element.shape.when,
  callers: z.array(z.string()),
  to: routeForm.shape.rules.element.shape.to,
});
const numberOut = z
  .object({
    number: z.string().describe('international digits'),
    rules: z.array(ruleOut),
    whiteList: listForm,
    version: z.string().describe('of this route, for `if-match` of PUT'),
  })
  .openapi('NumberRoute');
const question = z.strictObject({
  number: z.string().max(30).describe('own number, in any spelling'),
  caller: z.string().max(64).describe('as it is sent; `anonymous`: without number'),
  at: z.iso.datetime({ offset: true, message: 'a moment such as 2027-01-02T19:05:00+03:00' }),
  route: routeForm.optional().describe('instead of the stored one: what a change would do'),
});
const outcome = z
  .object({
    steps: z
      .array(
        z.object({
          rings: z.array(z.string()).readonly().describe('accounts; none: nobody of the company'),
          inTurn: z.boolean().describe('one after the other, else all at once'),
          seconds: z.number().int().describe('of ringing, of each where they ring in turn; 0: as long as the network lets it'),
          outside: z.object({ number: z.string(), shown: z.enum(['company', 'number', 'caller']) }).nullable(),
          busy: z
            .string()
            .describe('dialled instead when all are busy; 105/1: the first step of "follow me" of 105; empty: the call is over'),
          unreachable: z.string().describe('dialled instead when no phone is registered'),
        }),
      )
      .describe('one after the other, when nobody answers'),
    code: z.number().int().describe('SIP code of a refusal; 0: nobody answered'),
    reason: z.string(),
    why: z
      .object({
        by: z
          .enum(['rule', 'black', 'white', 'unknown'])
          .describe('black: the black list refused it; white: the white list did not let it through'),
        rule: z.number().int().optional().describe('which, from 0 on'),
        name: z.string().optional(),
        let: z.enum(['white', 'none']).optional().describe('white: the white list let it through'),
        pattern: z.string().nullable().optional().describe('of the list, that the caller matches'),
      })
      .describe('what decided'),
  })
  .openapi('WhoRings');

/** Where calls to own numbers go, who is not let through, and who would ring. */
export function pbxNumberRoutes(api: Api, { db }: Deps): void {
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/pbx/numbers',
      summary: 'Own numbers and where they lead',
      request: { params: tenantParam },
      responses: {
        200: { description: 'In the order of numbers', content: json(z.object({ data: z.array(numberOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => c.json({ data: (await numberRoutes(db, scopeOf(c))) as z.output<typeof numberOut>[] }, 200),
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/pbx/numbers/{number}/route',
      summary: 'Replace where an own number leads, and its white list',
      description:
        'The first rule that holds decides; the last one takes every call, so that each goes somewhere. The audit has what was before.',
      request: { params: numberParam, headers: ifMatch, body: body(routeForm) },
      responses: { ...stored, ...problems(400, 401, 403, 404, 409, 412, 413, 415, 503) },
    }),
    async (c) => {
      const { number } = c.req.valid('param');
      const read = c.req.valid('header')['if-match']?.replaceAll('"', '') ?? null;
      const done = await conflictOrProblem(putRoute(db, scopeOf(c), actorOf(c.get('caller')), number, c.req.valid('json'), read));
      if (done === 'unknown') throw noNumber(number);
      if (done === 'stale') throw new Problem(412, 'the route has changed since it was read: GET …/pbx/numbers has it as it is now');
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/pbx/black-list',
      summary: 'Callers whom no own number without a white list takes',
      request: { params: tenantParam },
      responses: {
        200: { description: 'In the order of patterns', content: json(z.object({ data: listForm })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => c.json({ data: await blackList(db, scopeOf(c)) }, 200),
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/pbx/black-list',
      summary: 'Replace the black list',
      description: '`*` stands for any digits, `hidden` for callers without number. They are declined (SIP 603).',
      request: { params: tenantParam, body: body(z.strictObject({ data: listForm })) },
      responses: { ...stored, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await putBlackList(db, scope, actorOf(c.get('caller')), c.req.valid('json').data))) throw noCompany(scope.tenant);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/pbx/who-rings',
      summary: 'Who rings if somebody calls an own number at a moment, and why',
      description:
        'By the rules that the edge asks at each call; changes nothing. Which phones are registered at that moment nobody knows: `unreachable` says what follows.',
      request: { params: tenantParam, body: body(question) },
      responses: { 200: { description: 'The outcome', content: json(outcome) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { number, caller, at, route } = c.req.valid('json');
      const stands = await conflictOrProblem(
        pbxOf(db, scope, (country) => (route ? { number: plainNumber(number, country), route } : null)),
      );
      if (!stands) throw noCompany(scope.tenant);
      const called = plainNumber(number, stands.country);
      if (!stands.pbx.numbers.has(called)) throw noNumber(number);
      return c.json(outcomeOf(stands.pbx, { number: called, caller, at: Date.parse(at) }), 200);
    },
  );
}

function noNumber(number: string): Problem {
  return new Problem(404, `no own number ${number}: GET …/pbx/numbers lists them`);
}
