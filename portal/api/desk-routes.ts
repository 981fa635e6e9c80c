import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { type DeskRecording, leavingList } from '@callscope/modules/recordings/desk.ts';
import { keepDaysOf } from '@callscope/modules/recordings/leaving.ts';
import { signedReport, worthOf } from '@callscope/modules/recordings/reports.ts';
import { ReportKeys } from '@callscope/modules/recordings/signing.ts';
import { z } from '@hono/zod-openapi';
import { findNumber } from '../recordings/found.ts';
import { numberOf } from '../recordings/number.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const time = z.string().describe('RFC 3339 in UTC, milliseconds');
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const DAY_MS = 86_400_000;

const recordingSchema = z
  .object({
    call: z.string(),
    segment: z.string(),
    status: z.string(),
    startedAt: time.nullable(),
    seconds: z.number().nullable(),
    bytes: z.number().nullable(),
    hold: z.string().nullable().describe('the hold that keeps it; null: none does'),
    numbers: z.array(z.string()),
  })
  .openapi('DeskRecording');
const deskSchema = z
  .object({
    number: z.string(),
    calls: z.object({
      count: z.number().int(),
      isMore: z.boolean().describe('there are more than were counted'),
      first: time.nullable(),
      last: time.nullable(),
    }),
    counts: z.object({
      all: z.number().int(),
      ready: z.number().int(),
      held: z.number().int().describe('of those that are ready'),
      seconds: z.number(),
      bytes: z.number(),
    }),
    beside: z.record(z.string(), z.number().int()).describe('what is kept of these calls beside recordings, by kind'),
    holds: z.array(z.string()).describe('holds of this number that stand'),
    erasures: z.array(z.string()),
    recordings: z.array(recordingSchema),
    isCut: z.boolean().describe('there are more recordings than are listed'),
  })
  .openapi('Desk');
const signedForm = z
  .object({
    document: z.string().min(2).max(20_000),
    signature: z.string().min(1).max(200),
    key: z.string().min(1).max(100),
    recordings: z.array(z.string().max(1_000)).optional().describe('its list; what is not sent is not looked at'),
    number: z.string().min(1).max(100).optional().describe('in any spelling: is the report of this one? It names no number in full'),
  })
  .openapi('ErasureReportToVerify');
const signedSchema = z
  .object({
    edition: z.number().int(),
    document: z.string().describe('JSON; these very characters are what is signed'),
    signature: z.string().describe('Ed25519, base64url'),
    key: z.string().describe('the public key, 32 bytes, base64url'),
    signedAt: time,
    recordings: z
      .array(z.string())
      .describe(
        'call, part, erased or held and by which hold, beginning, seconds, SHA-256 of its audio; tabs between. The document has their SHA-256',
      ),
  })
  .openapi('SignedErasureReport');
const worthSchema = z
  .object({
    worth: z.enum(['valid', 'older', 'foreign', 'invalid']),
    isOfNumber: z.boolean().nullable().describe('null: no number was sent'),
  })
  .openapi('ErasureReportWorth');

const recordingJson = ({ callId, startedAt, employees: _, ...rest }: DeskRecording) => ({
  call: callId,
  ...rest,
  startedAt: startedAt?.toISOString() ?? null,
});
const msIso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** Everything of one number, what goes next, and what a signed report of an erasure is worth. */
export function deskRoutes(api: Api, deps: Deps): void {
  const { db, clock, log } = deps;
  const keys = new ReportKeys(deps.keysPath);

  /** A number as calls have it. @throws Problem */
  async function numberAsKept(scope: TenantScope, typed: string): Promise<string> {
    const company = await getTenant(db, scope);
    if (!company) throw noCompany(scope.tenant);
    const number = numberOf(typed, company.country);
    if (number === null)
      throw new Problem(400, 'the request is wrong in these fields', [{ field: 'number', message: 'is no phone number' }]);
    return number;
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/desk',
      tags: ['Recordings'],
      summary: 'Everything of one phone number: calls, recordings, what is kept beside them, holds and erasures',
      needs: 'recordings:write',
      request: { params: tenantParam, query: z.strictObject({ number: z.string().min(1).max(100).describe('in any spelling') }) },
      responses: { 200: { description: 'What there is', content: json(deskSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const number = await numberAsKept(scope, c.req.valid('query').number);
      const { calls, desk, erasures } = await findNumber(deps, scope, number);
      return c.json(
        {
          number,
          calls: { ...calls, first: msIso(calls.first), last: msIso(calls.last) },
          ...{ counts: desk.counts, beside: desk.beside, holds: desk.holds.map(({ id }) => id), erasures: erasures.map(({ id }) => id) },
          ...{ recordings: desk.recordings.map(recordingJson), isCut: desk.isCut },
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/leaving/list',
      tags: ['Recordings'],
      summary: 'The recordings that would be gone at a moment, one by one, the oldest first, with those that a hold keeps',
      needs: 'recordings:write',
      request: {
        params: tenantParam,
        query: z.strictObject({
          number: z.string().min(1).max(100).optional().describe('only of this one, in any spelling'),
          at: instant.optional().describe('by default in 24 hours'),
          keepDays: z.coerce.number().int().min(1).max(36_500).optional().describe('by default as the company keeps them'),
          after: z.coerce.number().int().min(0).max(1_000_000).default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(200),
        }),
      },
      responses: {
        200: {
          description: 'Recordings',
          content: json(
            z.object({ data: z.array(recordingSchema), next: z.number().int().nullable().describe('`after` of the next page') }),
          ),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const query = c.req.valid('query');
      const number = query.number === undefined ? null : await numberAsKept(scope, query.number);
      const keepDays = query.keepDays ?? (await keepDaysOf(db, scope));
      if (keepDays === null) return c.json({ data: [], next: null }, 200);
      const at = query.at === undefined ? clock.now() + DAY_MS : Date.parse(query.at);
      const found = await leavingList(db, scope, { keepDays, at, number, offset: query.after, limit: query.limit + 1 });
      const next = found.length > query.limit ? query.after + query.limit : null;
      return c.json({ data: found.slice(0, query.limit).map(recordingJson), next }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/recordings/erasures/{id}/signed',
      tags: ['Recordings'],
      summary: 'The signed report of an erasure, its last edition',
      needs: 'recordings:write',
      request: {
        params: tenantParam.extend({
          id: z
            .string()
            .regex(/^\d{1,18}$/, 'a number')
            .openapi({ param: { name: 'id', in: 'path' } }),
        }),
      },
      responses: { 200: { description: 'As it was signed', content: json(signedSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const signed = await signedReport(db, scopeOf(c), id);
      if (!signed)
        throw new Problem(404, `no report of erasure ${id} is signed in this company now: it is signed when the erasure is through`);
      return c.json({ ...signed, signedAt: signed.signedAt.toISOString() }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/recordings/erasures/verify',
      tags: ['Recordings'],
      summary: 'Whether a report of an erasure was signed here and says all that is known',
      description:
        'valid: signed here, unchanged. older: signed here, and something was erased after it: a later edition says what. foreign: signed with a key that is not in the file of keys. invalid: not what was signed, or of another company.',
      needs: 'recordings:write',
      request: { params: tenantParam, body: { required: true, content: json(signedForm) } },
      responses: { 200: { description: 'Its worth', content: json(worthSchema) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { number, ...file } = c.req.valid('json');
      const asked = number === undefined ? null : await numberAsKept(scope, number);
      try {
        return c.json(await worthOf(db, scope, keys, file, asked), 200);
      } catch (error) {
        if (!(error instanceof KeysMissing)) throw error;
        log.error('a signed report cannot be looked at', { error });
        throw new Problem(503, 'the keys of the installation cannot be had: the operator finds why in the log of the portal');
      }
    },
  );
}
