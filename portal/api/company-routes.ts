import { UNASSIGNED } from '@callscope/core/domain/call.ts';
import { tenantSchema } from '@callscope/core/domain/directory.ts';
import { isCompanyId, TENANT_ID, type TenantScope } from '@callscope/core/domain/tenant.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { COMPANY_RIGHTS, type CompanyRight, READ_RIGHTS, RIGHT_SETS } from '@callscope/modules/access/rights.ts';
import { issueToken, listTokens, revokeToken } from '@callscope/modules/access/tokens.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { getSettings } from '@callscope/modules/directory/settings.ts';
import { DomainTaken, getTenant, listTenants, putTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { followTerms } from '../cases/follow-terms.ts';
import { whenApplied } from '../directory/applied.ts';
import { type Api, createRoute, type Deps, noCompany, operatorOf, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

export const tenantParam = z.object({
  tenant: z
    .string()
    .regex(TENANT_ID, { error: 'letters, digits, _ and -, at most 63', abort: true })
    .refine(isCompanyId, `"${UNASSIGNED}" stands for no company: see /ops/calls?tenant=${UNASSIGNED}`)
    .openapi({ param: { name: 'tenant', in: 'path' }, example: 't1' }),
});
const tenantOut = tenantSchema.extend({ id: z.string() });
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });

export function companyRoutes(api: Api, deps: Deps): void {
  const { db, bus, clock } = deps;
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants',
      tags: ['Companies'],
      summary: 'All companies',
      needs: 'companies:read',
      responses: {
        200: { description: 'Companies', content: json(z.object({ data: z.array(tenantOut) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => c.json({ data: await listTenants(db, operatorOf(c)) }, 200),
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}',
      tags: ['Companies'],
      summary: 'A company',
      needs: 'directory:read',
      request: { params: tenantParam },
      responses: { 200: { description: 'Company', content: json(tenantOut) }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const found = await getTenant(db, scope);
      if (!found) throw noCompany(tenant);
      const { rules: _rules, target: _target, ...company } = found;
      return c.json({ ...company, ...(await getSettings(db, scope)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/tenants/{tenant}',
      tags: ['Companies'],
      summary: 'Create or replace a company',
      description:
        '`{tenant}` is the id that the edge sends with its events. Calls that came before the company are kept and appear once it exists. ' +
        'Working hours, thresholds and the zone they are read in hold for calls that begin from the change on; with `recompute` the calls ' +
        'since then are judged anew, as far back as corrections of the directory reach. ' +
        'Missed calls that nobody has answered for yet are due by the new callbackMinutes and working hours when this answers.',
      needs: 'companies:write',
      request: {
        params: tenantParam,
        query: z.strictObject({
          recompute: z.iso
            .datetime({ offset: true })
            .refine((from) => Date.parse(from) <= clock.now(), 'lies in the future: leave it out, and calls from now on follow the change')
            .optional()
            .describe('RFC 3339: judge calls that began from this moment on anew'),
        }),
        body: { required: true, content: json(tenantSchema) },
      },
      responses: {
        200: { description: 'Replaced', content: json(tenantOut) },
        201: { description: 'Created', content: json(tenantOut) },
        ...problems(400, 401, 403, 409, 413, 415, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { recompute } = c.req.valid('query');
      const form = c.req.valid('json');
      try {
        const from = recompute === undefined ? null : new Date(recompute);
        const { version, settings, created } = await putTenant(db, operatorOf(c), actorOf(c.get('caller')), tenant, form, from);
        await followTerms(deps, tenantScope(c.get('caller'), tenant, 'calls:read') as TenantScope);
        await whenApplied(bus, tenant, version);
        return c.json({ id: tenant, ...form, ...settings }, created ? 201 : 200);
      } catch (error) {
        if (error instanceof DomainTaken) throw new Problem(409, error.message, [{ field: 'domain', message: 'choose another domain' }]);
        throw error;
      }
    },
  );

  const tokenOut = z.object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(COMPANY_RIGHTS)),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
    madeBy: z.string().nullable().describe('login, or name of a token; null: not known'),
    maker: z
      .enum(['there', 'demoted', 'blocked', 'deleted'])
      .nullable()
      .describe('of a person who made it: a token is the company’s and goes on when they have left; null: a token did, or it is not known'),
    expiresAt: z.string().nullable().describe('null: good until it is revoked; one that is over stays listed until then'),
  });
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/tokens',
      tags: ['Tokens'],
      summary: 'Tokens, without their secrets',
      needs: 'tokens:write',
      request: { params: tenantParam },
      responses: {
        200: { description: 'Tokens', content: json(z.object({ data: z.array(tokenOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const list = await listTokens(db, scopeOf(c));
      return c.json(
        {
          data: list.map((t) => ({
            ...t,
            createdAt: t.createdAt.toISOString(),
            lastUsedAt: t.lastUsedAt?.toISOString() ?? null,
            madeBy: t.madeBy,
            maker: t.maker,
            expiresAt: t.expiresAt?.toISOString() ?? null,
          })),
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/tokens',
      tags: ['Tokens'],
      summary: 'A new token; it is shown this once',
      needs: 'tokens:write',
      request: {
        params: tenantParam,
        body: {
          required: true,
          content: json(
            z.strictObject({
              name: z.string().min(1).max(100),
              scopes: z
                .array(z.enum([...COMPANY_RIGHTS, 'read', 'write']))
                .default([])
                .describe('none: read only; read and write are sets of the others'),
              expiresAt: z.iso
                .datetime({ offset: true, error: 'RFC 3339, e.g. 2027-01-01T00:00:00Z' })
                .refine((at) => Date.parse(at) > clock.now(), 'lies in the past')
                .nullable()
                .default(null)
                .describe('until when it is good; null: until it is revoked'),
            }),
          ),
        },
      },
      responses: {
        201: { description: 'Token', content: json(z.object({ id: z.string(), token: z.string() })) },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { name, scopes, expiresAt } = c.req.valid('json');
      const scope = scopeOf(c);
      if (!(await getTenant(db, scope))) throw noCompany(tenant);
      const caller = c.get('caller');
      const wanted: CompanyRight[] =
        scopes.length > 0 ? [...new Set(scopes.flatMap((s) => (s === 'read' || s === 'write' ? RIGHT_SETS[s] : [s])))] : [...READ_RIGHTS];
      const beyond = wanted.filter((right) => caller.rights[right] === undefined);
      if (beyond.length > 0) throw new Problem(403, `a token cannot give what it does not have: ${beyond.join(', ')}`);
      return c.json(
        await issueToken(db, scope, caller, { name, scopes: wanted, expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
        201,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tenants/{tenant}/tokens/{id}',
      tags: ['Tokens'],
      summary: 'Revoke a token',
      needs: 'tokens:write',
      request: {
        params: tenantParam.extend({
          id: z
            .string()
            .regex(/^\d{1,18}$/, 'the id of a token is a number')
            .openapi({ param: { name: 'id', in: 'path' } }),
        }),
      },
      responses: { 204: { description: 'Revoked' }, ...problems(400, 401, 403, 404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await revokeToken(db, scopeOf(c), c.get('caller'), id))) throw new Problem(404, `no token ${id}`);
      return c.body(null, 204);
    },
  );
}
