import { ALARM_ENDS, ALARM_WORDS, SIDES } from '@callscope/modules/alerts/facts.ts';
import { MOST_ALERTS } from '@callscope/modules/alerts/forms.ts';
import { UNJUDGED } from '@callscope/modules/alerts/rules.ts';
import {
  type Alert,
  type AlertFault,
  addAlert,
  changeAlert,
  listAlarms,
  listAlerts,
  removeAlert,
  tryAlert,
} from '@callscope/modules/alerts/store.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { CHANNELS, NOTICE_STATES, wayFields } from '@callscope/modules/notices/forms.ts';
import { listNotices, sendAgain } from '@callscope/modules/notices/log.ts';
import { z } from '@hono/zod-openapi';
import { ALERT_MEASURES, alertForm } from '../src/page/alerts/measures.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { keysOrProblem } from './keys-problem.ts';
import { newestFirst, numberIn, paged, pageOf } from './newest-first.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const instant = z.iso.datetime().nullable();
const list = z.array(z.string()).nullable();
const alertOut = z
  .object({
    id: z.string(),
    name: z.string(),
    measure: z.enum(ALERT_MEASURES),
    minutes: z.number().int(),
    side: z.enum(SIDES),
    bound: z.number(),
    least: z.number().int(),
    numbers: list.describe('international digits; null: all'),
    groups: list,
    employees: list,
    inHours: z.boolean(),
    quietMinutes: z.number().int(),
    reminds: z.boolean(),
    ways: z.array(z.object(wayFields)),
    on: z.boolean(),
    madeBy: z.string(),
    since: instant.describe('since when it has been wrong; null: it is not'),
    why: z.enum(UNJUDGED).nullable().describe('why the last check could not judge; null: it could'),
    value: z.number().nullable().describe('at the last check; null: no data'),
    checkedAt: instant,
    toldAt: instant.describe('when an alarm was told last'),
  })
  .openapi('Alert');
const secretOut = { secret: z.string().nullable().describe('of a webhook that is new: told this once') };
const alarmOut = z
  .object({
    id: z.string(),
    alert: z.object({ id: z.string(), name: z.string() }),
    measure: z.string(),
    from: z.iso.datetime(),
    to: instant.describe('null: it goes on'),
    ended: z.enum(ALARM_ENDS).nullable(),
    value: z.number().describe('at its beginning'),
    isTold: z.boolean().describe('false: it began within the quiet period of the one before, and was over by its end'),
  })
  .openapi('Alarm');
const noticeOut = z
  .object({
    id: z.string(),
    alert: z.object({ id: z.string(), name: z.string() }),
    word: z.enum(ALARM_WORDS).describe('begun, again: it lasts, over, or trial'),
    channel: z.enum(CHANNELS),
    value: z.number().nullable(),
    state: z.enum(NOTICE_STATES).describe('over: the alarm had ended before it went'),
    tries: z.number().int(),
    fault: z.string().describe('why it failed or is tried again; empty = nothing is wrong'),
    madeAt: z.iso.datetime(),
    sentAt: instant,
  })
  .openapi('AlertNotice');
const alertParam = tenantParam.extend({ alert: numberIn('alert') });
const noticeParam = tenantParam.extend({ notice: numberIn('notice') });
const about = { tags: ['Alerts'], needs: 'directory:write' as const };

/** Measures that somebody is told of when they leave their bounds, how they stand, and what was told. */
export function alertRoutes(api: Api, { db, keysPath, clock }: Deps): void {
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/alerts',
      summary: 'Measures that are looked at every minute, and how they stand',
      request: { params: tenantParam },
      responses: {
        200: { description: 'By name', content: json(z.object({ data: z.array(alertOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(scope.tenant);
      return c.json({ data: (await listAlerts(db, scope)).map(alertJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/alerts',
      summary: 'Have a measure looked at, and somebody told',
      description:
        'The value is that of the report for calls that began in the last `minutes`, under the same numbers, groups and employees. An alarm begins at the first check ' +
        'that finds it beyond the bound and ends when two checks one after the other found it within. What could not be read, or is not all there yet, is not judged: `why` says so. ' +
        'A webhook is asked and signed as one of missed calls, with `"event":"alert"` and `state` begun, again, over or trial.',
      request: { params: tenantParam, body: body(alertForm) },
      responses: {
        201: { description: 'Added', content: json(alertOut.extend(secretOut)) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const at = { country: company.country, keysPath, now: clock.now() };
      const made = await keysOrProblem(addAlert(db, scope, c.get('caller'), c.req.valid('json'), at));
      if (typeof made === 'string') throw problemOf(made, '');
      return c.json({ ...alertJson(made.alert), secret: made.secret }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'put',
      path: '/tenants/{tenant}/alerts/{alert}',
      summary: 'Change what is looked at and who is told; an alarm that goes on is over',
      request: { params: alertParam, body: body(alertForm) },
      responses: {
        200: { description: 'Changed; a channel that it had keeps its secret', content: json(alertOut.extend(secretOut)) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { alert: id } = c.req.valid('param');
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const at = { country: company.country, keysPath, now: clock.now() };
      const changed = await keysOrProblem(changeAlert(db, scope, c.get('caller'), id, c.req.valid('json'), at));
      if (typeof changed === 'string') throw problemOf(changed, id);
      return c.json({ ...alertJson(changed.alert), secret: changed.secret }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'delete',
      path: '/tenants/{tenant}/alerts/{alert}',
      summary: 'Look at it no more; its alarms and its log go too',
      request: { params: alertParam },
      responses: { 204: { description: 'Gone' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { alert: id } = c.req.valid('param');
      const fault = await removeAlert(db, scopeOf(c), c.get('caller'), id);
      if (fault !== null) throw problemOf(fault, id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/alerts/{alert}/trial',
      summary: 'Tell what the last check found, whatever it was',
      request: { params: alertParam, body: body(z.strictObject({})) },
      responses: {
        202: { description: 'It waits', content: json(z.object({ id: z.string() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { alert: id } = c.req.valid('param');
      if (!(await tryAlert(db, scopeOf(c), c.get('caller'), id, clock.now()))) throw problemOf('unknown', id);
      return c.json({ id }, 202);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/alerts/history',
      summary: 'When something was wrong, the newest first; of 90 days',
      request: { params: tenantParam, query: newestFirst },
      responses: { 200: { description: 'A page', content: json(pageOf(alarmOut)) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query');
      const found = await listAlarms(db, scopeOf(c), limit + 1, cursor ?? null);
      const shown = paged(found, limit, ({ from, to, ...alarm }) => ({
        ...alarm,
        from: from.toISOString(),
        to: to?.toISOString() ?? null,
      }));
      return c.json(shown, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/alerts/log',
      summary: 'What was told, the newest first',
      request: { params: tenantParam, query: newestFirst },
      responses: { 200: { description: 'A page', content: json(pageOf(noticeOut)) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query');
      const found = await listNotices(db, scopeOf(c), 'alert', limit + 1, cursor ?? null);
      const shown = paged(found, limit, ({ id, way, facts, state, tries, fault, madeAt, sentAt }) => ({
        ...{ id, alert: { id: facts.alert, name: facts.name }, word: facts.word, channel: way.channel, value: facts.value },
        ...{ state, tries, fault, madeAt: madeAt.toISOString(), sentAt: sentAt?.toISOString() ?? null },
      }));
      return c.json(shown, 200);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/alerts/log/{notice}/again',
      summary: 'Tell it once more',
      request: { params: noticeParam, body: body(z.strictObject({})) },
      responses: {
        202: { description: 'It waits', content: json(z.object({ id: z.string() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { notice: id } = c.req.valid('param');
      const isThere = await sendAgain(db, scopeOf(c), c.get('caller'), 'alert', 'alert.send', id);
      if (!isThere) throw new Problem(404, `nothing was told by the number ${id} in this company`);
      return c.json({ id }, 202);
    },
  );
}

function alertJson({ since, checkedAt, toldAt, ...alert }: Alert) {
  const text = (at: Date | null) => at?.toISOString() ?? null;
  return { ...alert, since: text(since), checkedAt: text(checkedAt), toldAt: text(toldAt) };
}

function problemOf(fault: AlertFault, id: string): Problem {
  return fault === 'unknown' ? new Problem(404, `no such alert: ${id}`) : new Problem(409, `a company has at most ${MOST_ALERTS} alerts`);
}
