import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { askErasure, erasuresOf, linesOf } from '@callscope/modules/recordings/erasures.ts';
import { holdsOf, placeHold, releaseHold } from '@callscope/modules/recordings/holds.ts';
import { HOLD_KINDS, KEEP_DAYS } from '@callscope/modules/recordings/keeping.ts';
import { keepDaysOf, leavingBy, setKeepDays } from '@callscope/modules/recordings/leaving.ts';
import { z } from '@hono/zod-openapi';
import { isOwnNumber, numberOf as numberAsKept } from '../recordings/number.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const time = z.string().describe('RFC 3339 in UTC, milliseconds');
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const keepDays = z
  .number()
  .int()
  .min(1)
  .max(36_500)
  .nullable()
  .describe(`days; null: for good. ${KEEP_DAYS} until somebody says otherwise`);
const reason = z.string().trim().min(3, 'say why, in three characters or more').max(500);
const DAY_MS = 86_400_000;

const keepingSchema = z.strictObject({ keepDays }).openapi('RecordingKeeping');
const leavingSchema = z
  .object({
    keepDays,
    at: time.describe('when they would be gone'),
    goes: z.number().int(),
    held: z.number().int().describe('kept by a hold'),
    seconds: z.number(),
    bytes: z.number(),
    days: z.array(z.object({ day: z.string(), goes: z.number().int(), held: z.number().int(), seconds: z.number(), bytes: z.number() })),
  })
  .openapi('RecordingsLeaving');
const holdForm = z
  .strictObject({
    kind: z.enum(HOLD_KINDS),
    value: z.string().max(300).default('').describe('id of a call, a phone number in any spelling, or id of an employee; none for all'),
    from: instant.nullable().default(null).describe('recordings that began in [from, to); null: without an end'),
    to: instant.nullable().default(null),
    until: instant.nullable().default(null).describe('when the hold ends by itself; null: when it is released'),
    reason,
  })
  .openapi('HoldForm');
const holdSchema = z
  .object({
    id: z.string(),
    kind: z.enum(HOLD_KINDS),
    value: z.string(),
    from: time.nullable(),
    to: time.nullable(),
    until: time.nullable(),
    reason: z.string(),
    by: z.string(),
    createdAt: time,
    releasedAt: time.nullable(),
    releasedBy: z.string().nullable(),
  })
  .openapi('Hold');
const erasureForm = z.strictObject({ number: z.string().min(1).max(100).describe('in any spelling'), reason }).openapi('ErasureForm');
const erasureSchema = z
  .object({
    id: z.string(),
    number: z.string(),
    reason: z.string(),
    by: z.string(),
    askedAt: time,
    finishedAt: time.nullable().describe('null: it is at work'),
    calls: z.number().int().describe('of the number, looked through so far'),
    erased: z.number().int(),
    held: z.number().int(),
    seconds: z.number().describe('of what was erased'),
    others: z.record(z.string(), z.number().int()).describe('what went beside recordings, by kind'),
  })
  .openapi('Erasure');
const reportSchema = erasureSchema
  .extend({
    recordings: z.array(
      z.object({
        call: z.string(),
        segment: z.string(),
        outcome: z.enum(['erased', 'held']),
        hold: z.string().nullable(),
        startedAt: time.nullable(),
        seconds: z.number().nullable(),
        sha256: z.string().nullable().describe('of the audio: which file it was'),
      }),
    ),
    next: z.number().int().nullable().describe('`after` of the next page'),
  })
  .openapi('ErasureReport');

const iso = <T extends Date | null>(at: T) => (at?.toISOString() ?? null) as T extends Date ? string : string | null;
const ID = /^\d{1,18}$/;
const idParam = tenantParam.extend({
  id: z
    .string()
    .regex(ID, 'a number')
    .openapi({ param: { name: 'id', in: 'path' } }),
});

/** How long recordings stay, what may not go, and what was asked to be erased. */
export function keepingRoutes(api: Api, { db, clock }: Deps): void {
  /** @throws Problem */
  async function companyOf(scope: TenantScope) {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    return company;
  }

  /** A number as calls have it. @throws Problem */
  async function numberOf(scope: TenantScope, typed: string): Promise<string> {
    const company = await companyOf(scope);
    const number = numberAsKept(typed, company.country);
    if (number === null)
      throw new Problem(400, 'the request is wrong in these fields', [{ field: 'number', message: `"${typed}" is no phone number` }]);
    return number;
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/keeping',
      tags: ['Recordings'],
      summary: 'How long recordings are kept',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: { 200: { description: 'As it stands', content: json(keepingSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      return c.json({ keepDays: await keepDaysOf(db, scope) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}/recordings/keeping',
      tags: ['Recordings'],
      summary: 'Say how long recordings are kept',
      description: 'What is older goes within the hour; `GET …/recordings/leaving?keepDays=` says beforehand what that is.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(keepingSchema) } },
      responses: { 200: { description: 'In force', content: json(keepingSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const form = c.req.valid('json');
      await setKeepDays(db, scope, actorOf(c.get('caller')), form.keepDays);
      return c.json(form, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/leaving',
      tags: ['Recordings'],
      summary: 'What would be gone at a moment, and what of it a hold keeps; nothing is done',
      needs: 'recordings:write',
      request: {
        params: tenantParam,
        query: z.strictObject({
          keepDays: z.coerce.number().int().min(1).max(36_500).optional().describe('by default as the company keeps them'),
          at: instant.optional().describe('by default in 24 hours'),
        }),
      },
      responses: {
        200: { description: 'By the day on which they were made', content: json(leavingSchema) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { timezone } = await companyOf(scope);
      const query = c.req.valid('query');
      const days = query.keepDays ?? (await keepDaysOf(db, scope));
      const at = query.at === undefined ? clock.now() + DAY_MS : Date.parse(query.at);
      const leaving = await leavingBy(db, scope, days, timezone, at);
      const sum = (of: 'goes' | 'held' | 'seconds' | 'bytes') => leaving.reduce((total, day) => total + day[of], 0);
      const all = { goes: sum('goes'), held: sum('held'), seconds: Math.round(sum('seconds') * 1_000) / 1_000, bytes: sum('bytes') };
      return c.json({ keepDays: days, at: new Date(at).toISOString(), ...all, days: leaving }, 200);
    },
  );

  const holdJson = (h: Awaited<ReturnType<typeof holdsOf>>[number]) => ({
    ...{ id: h.id, kind: h.kind, value: h.value, from: iso(h.from), to: iso(h.to), until: iso(h.until), reason: h.reason, by: h.by },
    ...{ createdAt: iso(h.createdAt), releasedAt: iso(h.releasedAt), releasedBy: h.releasedBy },
  });

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/holds',
      tags: ['Recordings'],
      summary: 'Legal holds: those that stand, then those that were released',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: {
        200: { description: 'Holds', content: json(z.object({ data: z.array(holdSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      return c.json({ data: (await holdsOf(db, scope)).map(holdJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/recordings/holds',
      tags: ['Recordings'],
      summary: 'Place a legal hold: what it names stays, whatever the days say and whoever asks to erase it',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(holdForm) } },
      responses: { 201: { description: 'It stands', content: json(holdSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      const { kind, value, from, to, until, reason } = c.req.valid('json');
      const wrong = (field: string, message: string) => new Problem(400, 'the request is wrong in these fields', [{ field, message }]);
      if ((kind === 'all') !== (value.trim() === ''))
        throw wrong('value', kind === 'all' ? 'a hold on all has no value' : `say which ${kind}`);
      if (from !== null && to !== null && Date.parse(from) >= Date.parse(to)) throw wrong('to', 'must be after from');
      if (until !== null && Date.parse(until) <= clock.now()) throw wrong('until', 'must be to come');
      const held = kind === 'number' ? await numberOf(scope, value) : value.trim();
      const day = (text: string | null) => (text === null ? null : new Date(text));
      const hold = await placeHold(db, scope, actorOf(c.get('caller')), {
        kind,
        value: held,
        from: day(from),
        to: day(to),
        until: day(until),
        reason,
      });
      return c.json(holdJson(hold), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tenants/{tenant}/recordings/holds/{id}',
      tags: ['Recordings'],
      summary: 'Release a legal hold',
      needs: 'recordings:write',
      request: { params: idParam },
      responses: { 204: { description: 'Released; it stays in the list' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      if (!(await releaseHold(db, scope, actorOf(c.get('caller')), id))) throw new Problem(404, `no hold ${id} stands in this company`);
      return c.body(null, 204);
    },
  );

  const erasureJson = (e: Awaited<ReturnType<typeof erasuresOf>>[number]) => ({
    ...e,
    askedAt: iso(e.askedAt),
    finishedAt: iso(e.finishedAt),
  });

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/erasures',
      tags: ['Recordings'],
      summary: 'What was asked to be erased, the newest first',
      needs: 'recordings:write',
      request: { params: tenantParam },
      responses: {
        200: { description: 'Erasures', content: json(z.object({ data: z.array(erasureSchema) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      await companyOf(scope);
      return c.json({ data: (await erasuresOf(db, scope)).map(erasureJson) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/recordings/erasures',
      tags: ['Recordings'],
      summary: 'Erase every recording of a phone number up to now, those still being made with them',
      description:
        'The calls stay, their audio and waveform go. What a hold keeps stays and is named in the report: GET …/erasures/{id}. Calls to come are recorded as before.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(erasureForm) } },
      responses: { 202: { description: 'At work', content: json(erasureSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { number: typed, reason } = c.req.valid('json');
      const number = await numberOf(scope, typed);
      const directory = await getDirectory(db, scope, new Date(clock.now()));
      if (isOwnNumber(directory?.body ?? null, number))
        throw new Problem(409, `${number} is the company's own: erase by the number of whoever called or was called`);
      const id = await askErasure(db, scope, actorOf(c.get('caller')), number, reason);
      const [asked] = await erasuresOf(db, scope, id);
      return c.json(erasureJson(asked as NonNullable<typeof asked>), 202);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/erasures/{id}',
      tags: ['Recordings'],
      summary: 'The report of an erasure: every recording that it met',
      needs: 'recordings:write',
      request: {
        params: idParam,
        query: z.strictObject({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
        }),
      },
      responses: { 200: { description: 'The report', content: json(reportSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { after, limit } = c.req.valid('query');
      const scope = scopeOf(c);
      const [erasure] = await erasuresOf(db, scope, id);
      if (!erasure) throw new Problem(404, `no erasure ${id} in this company`);
      const lines = await linesOf(db, scope, id, after, limit + 1);
      const recordings = lines.slice(0, limit).map((l) => ({
        ...{ call: l.callId, segment: l.segment, outcome: l.hold === null ? ('erased' as const) : ('held' as const), hold: l.hold },
        ...{ startedAt: iso(l.startedAt), seconds: l.seconds, sha256: l.sha256 },
      }));
      return c.json({ ...erasureJson(erasure), recordings, next: lines.length > limit ? after + limit : null }, 200);
    },
  );
}
