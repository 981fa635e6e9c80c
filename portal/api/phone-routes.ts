import { registrationsOf } from '@callscope/analytics/run/registrations.ts';
import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { PhoneBinding } from '@callscope/core/domain/phone-state.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { getDirectory, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { PHONE_STATES, type PhoneLine, type PhoneState, phoneLines } from '../src/page/phones/lines.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const DAY_MS = 86_400_000;

const bindingSchema = z.object({
  contact: z.string(),
  address: z.string(),
  transport: z.string(),
  userAgent: z.string(),
  registeredAt: z.string(),
  expiresAt: z.string(),
});
const phoneSchema = z
  .object({
    account: z.string(),
    domain: z.string(),
    extensions: z.array(z.string()),
    comment: z.string(),
    employee: z.object({ id: z.string(), name: z.string() }).nullable(),
    state: z.enum(PHONE_STATES).describe('registered; gone = one was registered and none is now; unknown = none was ever seen'),
    inCall: z.boolean(),
    unregisteredAt: z.string().nullable(),
    bindings: z.array(bindingSchema).describe('the newest first'),
  })
  .openapi('Phone');
const phonesSchema = z.object({ data: z.array(phoneSchema) });
const stretchSchema = bindingSchema.extend({
  domain: z.string(),
  endedAt: z.string().nullable().describe('null: it stands, or nobody saw its end; then it lasts until expiresAt'),
});

const time = (ms: number) => new Date(ms).toISOString();
const bindingJson = ({ contact, address, transport, userAgent, registeredAt, expiresAt }: PhoneBinding) => ({
  ...{ contact, address, transport, userAgent },
  registeredAt: time(registeredAt),
  expiresAt: time(expiresAt),
});
const phoneJson = ({ account, domain, extensions, comment, employee, state, inCall, goneAt, bindings }: PhoneLine) => ({
  ...{ account, domain, extensions: [...extensions], comment, employee, state, inCall },
  unregisteredAt: goneAt > 0 ? time(goneAt) : null,
  bindings: bindings.map(bindingJson),
});

/** Phones of a company: what is registered now, and what was. */
export function phoneRoutes(api: Api, deps: Deps): void {
  const { db, store, clock, live } = deps;

  /** @throws Problem */
  const phonesOf = async (scope: TenantScope, domain: string, state: PhoneState | undefined) => {
    const [known, directory] = await Promise.all([live.now(scope), getDirectory(db, scope, new Date(clock.now()))]);
    if (!known) throw new Problem(503, 'the live state does not answer: see /healthz, and ask again');
    const { accounts = [], employees = [] } = directory?.body ?? {};
    const lines = phoneLines(domain, { accounts, employees }, known.phones, known.calls);
    return { data: lines.filter((line) => state === undefined || line.state === state).map(phoneJson) };
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/phones',
      tags: ['Phones'],
      summary: 'Accounts of the directory and every phone that registered, as they are now',
      needs: 'calls:read',
      request: { params: tenantParam, query: z.strictObject({ state: z.enum(PHONE_STATES).optional() }) },
      responses: { 200: { description: 'Phones', content: json(phonesSchema) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(tenant);
      return c.json(await phonesOf(scope, company.domain, c.req.valid('query').state), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/phones/{account}/history',
      tags: ['Phones'],
      summary: 'When an account had a phone registered',
      description:
        'Stretches that reach into the period, the newest first, at most 1,000. To ask about one moment, give a period around it.',
      needs: 'calls:read',
      request: {
        params: tenantParam.extend({
          account: z
            .string()
            .min(1)
            .max(320)
            .openapi({ param: { name: 'account', in: 'path' }, description: 'name without the domain, percent-encoded', example: '101' }),
        }),
        query: z.strictObject({
          from: instant.optional().describe('start of the period; a day before its end when not given'),
          to: instant.optional().describe('end of the period; now when not given'),
        }),
      },
      responses: {
        200: { description: 'Stretches', content: json(z.object({ data: z.array(stretchSchema) })) },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant, account } = c.req.valid('param');
      const query = c.req.valid('query');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      const to = query.to === undefined ? clock.now() : Date.parse(query.to);
      const from = query.from === undefined ? to - DAY_MS : Date.parse(query.from);
      if (from >= to) throw new Problem(400, '"from" must be before "to"');
      const found = await registrationsOf(store, scope, account, from, to);
      const data = found.map((r) => ({ ...bindingJson(r), domain: r.domain, endedAt: r.endedAt > 0 ? time(r.endedAt) : null }));
      return c.json({ data }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/phones',
      tags: ['Operator'],
      summary: 'Phones that registered under a domain of no company',
      needs: 'operations:read',
      responses: { 200: { description: 'Phones', content: json(phonesSchema) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => {
      const scope = tenantScope(c.get('caller'), UNASSIGNED, 'calls:read') as TenantScope;
      return c.json(await phonesOf(scope, '', undefined), 200);
    },
  );
}
