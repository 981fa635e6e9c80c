import { actorOf } from '@callscope/modules/audit/acts.ts';
import { addAccount, listAccounts, renewPassword, setAccountState } from '@callscope/modules/pbx/accounts.ts';
import { ACCOUNT_STATES, accountName } from '@callscope/modules/pbx/forms.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });
const about = { tags: ['Telephony'], needs: 'directory:write' as const };
const accountParam = tenantParam.extend({ account: accountName.openapi({ param: { name: 'account', in: 'path' } }) });
const accountOut = z
  .object({ user: z.string(), status: z.enum(ACCOUNT_STATES).describe('blocked: it is let in no more, and does not ring') })
  .openapi('SipAccount');
const credentials = z
  .object({ user: z.string(), domain: z.string(), password: z.string().describe('said this once: it is kept nowhere') })
  .openapi('SipCredentials');

/** SIP accounts one by one; all of them at once are a part of PUT …/pbx. */
export function pbxAccountRoutes(api: Api, { db }: Deps): void {
  api.openapi(
    createRoute({
      ...about,
      method: 'get',
      path: '/tenants/{tenant}/pbx/accounts',
      summary: 'SIP accounts of a company',
      request: { params: tenantParam },
      responses: {
        200: { description: 'In the order of names', content: json(z.object({ data: z.array(accountOut) })) },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => c.json({ data: await listAccounts(db, scopeOf(c)) }, 200),
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/pbx/accounts',
      summary: 'Make a SIP account; its password is said this once',
      request: { params: tenantParam, body: body(z.strictObject({ user: accountName })) },
      responses: { 201: { description: 'Made', content: json(credentials) }, ...problems(400, 401, 403, 404, 409, 413, 415, 503) },
    }),
    async (c) => {
      const scope = scopeOf(c);
      const { user } = c.req.valid('json');
      const made = await addAccount(db, scope, actorOf(c.get('caller')), user);
      if (made === 'unknown') throw noCompany(scope.tenant);
      if (made === 'taken') throw new Problem(409, `there is an account "${user}"`, [{ field: 'user', message: 'is taken' }]);
      return c.json(made, 201);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'patch',
      path: '/tenants/{tenant}/pbx/accounts/{account}',
      summary: 'Block a SIP account, or let it in again',
      request: { params: accountParam, body: body(z.strictObject({ status: z.enum(ACCOUNT_STATES) })) },
      responses: {
        204: { description: 'In force with its next call and registration' },
        ...problems(400, 401, 403, 404, 413, 415, 503),
      },
    }),
    async (c) => {
      const { account } = c.req.valid('param');
      if (!(await setAccountState(db, scopeOf(c), actorOf(c.get('caller')), account, c.req.valid('json').status))) throw noAccount(account);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      ...about,
      method: 'post',
      path: '/tenants/{tenant}/pbx/accounts/{account}/password',
      summary: 'Give a SIP account another password; it is said this once, and the old one holds no more',
      request: { params: accountParam },
      responses: { 200: { description: 'The new one', content: json(credentials) }, ...problems(400, 401, 403, 404, 413, 415, 503) },
    }),
    async (c) => {
      const { account } = c.req.valid('param');
      const made = await renewPassword(db, scopeOf(c), actorOf(c.get('caller')), account);
      if (made === null) throw noAccount(account);
      return c.json(made, 200);
    },
  );
}

function noAccount(account: string): Problem {
  return new Problem(404, `no account "${account}": GET …/pbx/accounts lists them`);
}
