import { MISSED_KINDS } from '@callscope/core/domain/result.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { CHANNELS, MOST_RULES, NOTICE_STATES, noticeRuleForm } from '@callscope/modules/notices/forms.ts';
import { listNotices, sendAgain } from '@callscope/modules/notices/log.ts';
import { addRule, changeRule, listRules, type NoticeFault, removeRule } from '@callscope/modules/notices/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { keysOrProblem } from './keys-problem.ts';
import { newestFirst, numberIn, paged, pageOf } from './newest-first.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const ruleOut = z
  .object({
    id: z.string(),
    name: z.string(),
    numbers: z.array(z.string()).nullable().describe('international digits; null: all'),
    kinds: z.array(z.enum(MISSED_KINDS)).nullable(),
    channel: z.enum(CHANNELS),
    targets: z.array(z.string()),
    on: z.boolean(),
    madeBy: z.string(),
  })
  .openapi('NoticeRule');
const noticeOut = z
  .object({
    id: z.string(),
    rule: z.object({ id: z.string(), name: z.string(), channel: z.enum(CHANNELS) }),
    callId: z.string(),
    from: z.string(),
    number: z.string().nullable(),
    endedAt: z.iso.datetime(),
    state: z.enum(NOTICE_STATES).describe('over: somebody answered after all, before anybody was told'),
    tries: z.number().int(),
    fault: z.string().describe('why it failed or is tried again; empty = nothing is wrong'),
    madeAt: z.iso.datetime(),
    sentAt: z.iso.datetime().nullable(),
  })
  .openapi('Notice');
const ruleParam = tenantParam.extend({ rule: numberIn('rule') });
const noticeParam = tenantParam.extend({ notice: numberIn('notice') });
const about = { tags: ['Notices'], needs: 'directory:write' as const };

/** Who is told of missed calls, by letter or webhook, and how it went. */
export function noticeRoutes(api: Api, { db, keysPath }: Deps): void {
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/notices',
      summary: 'Who is told of missed calls',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(ruleOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ data: await listRules(db, scope) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/notices',
      summary: 'Tell somebody of missed calls',
      description:
        'Within seconds of the end of a call that nobody took, once a conversation. A webhook is asked by POST with ' +
        '`X-Callscope-Signature: v1=` + hex of HMAC-SHA256 by the secret of `X-Callscope-Timestamp`, a point and the body; its answer is any 2xx, ' +
        'else it is asked again after 10 s, 1 min, 5 min, 30 min, 2 h and 6 h. The secret is told this once.',
      request: { params: tenantParam, body: body(noticeRuleForm) },
      responses: {
        201: { description: 'Added', content: json(ruleOut.extend({ secret: z.string().nullable().describe('of a webhook') })) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const made = await keysOrProblem(addRule(db, scope, c.get('caller'), c.req.valid('json'), company.country, keysPath));
      if (typeof made === 'string') throw problemOf(made, '');
      return c.json({ ...made.rule, secret: made.secret }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/notices/{rule}',
      summary: 'Change who is told; the secret stays',
      request: { params: ruleParam, body: body(noticeRuleForm) },
      responses: { 200: { description: 'Changed', content: json(ruleOut) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { rule: id } = c.req.valid('param');
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const changed = await changeRule(db, scope, c.get('caller'), id, c.req.valid('json'), company.country);
      if (typeof changed === 'string') throw problemOf(changed, id);
      return c.json(changed, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/notices/{rule}',
      summary: 'Tell nobody any more; its log goes too',
      request: { params: ruleParam },
      responses: { 204: { description: 'Gone' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { rule: id } = c.req.valid('param');
      const fault = await removeRule(db, scopeOf(c), c.get('caller'), id);
      if (fault !== null) throw problemOf(fault, id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/notices/log',
      summary: 'What was told, the newest first',
      request: { params: tenantParam, query: newestFirst },
      responses: { 200: { description: 'A page', content: json(pageOf(noticeOut)) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query');
      const scope = scopeOf(c);
      const [found, rules] = await Promise.all([listNotices(db, scope, 'missed', limit + 1, cursor ?? null), listRules(db, scope)]);
      const names = new Map(rules.map(({ id, name }) => [id, name]));
      const shown = paged(found, limit, ({ way, subject, facts, madeAt, sentAt, ...notice }) => ({
        ...{ ...notice, rule: { ...way, name: names.get(way.id) ?? '' }, callId: subject },
        ...{ from: facts.from, number: facts.number || null, endedAt: new Date(facts.endedAt).toISOString() },
        ...{ madeAt: madeAt.toISOString(), sentAt: sentAt?.toISOString() ?? null },
      }));
      return c.json(shown, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/notices/log/{notice}/again',
      summary: 'Tell of a call once more',
      request: { params: noticeParam, body: body(z.strictObject({})) },
      responses: {
        202: { description: 'It waits', content: json(z.object({ id: z.string() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { notice: id } = c.req.valid('param');
      if (!(await sendAgain(db, scopeOf(c), c.get('caller'), 'missed', 'notice.send', id)))
        throw new Problem(404, `no notice ${id} in this company`);
      return c.json({ id }, 202);
    },
  );
}

function problemOf(fault: NoticeFault, id: string): Problem {
  if (fault === 'unknown') return new Problem(404, `no such rule of notices: ${id}`);
  if (fault === 'many') return new Problem(409, `a company has at most ${MOST_RULES} rules of notices`);
  return new Problem(409, 'the channel of a rule does not change: delete it and add another');
}
