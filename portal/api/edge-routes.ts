import { ANNOUNCEMENT_NAME, DIALLED } from '@callscope/core/bus/edge-commands.ts';
import { reachOf } from '@callscope/modules/access/callers.ts';
import type { CompanyRight } from '@callscope/modules/access/rights.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { askEveryEdge } from '@callscope/modules/edge/ask.ts';
import { isPhoneWithin, startCall } from '@callscope/modules/edge/call.ts';
import { commandCall, kickAccount, type Order, type Outcome, type Refusal } from '@callscope/modules/edge/commands.ts';
import { LiveUnknown } from '@callscope/modules/edge/live-call.ts';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { authorOf } from '../directory/author.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, type Env, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const callParam = tenantParam.extend({
  id: z
    .string()
    .min(1)
    .max(300)
    .openapi({ param: { name: 'id', in: 'path' }, description: 'id of a call in progress, percent-encoded' }),
});
const doneSchema = z.object({
  id: z.string().describe('the line of the audit'),
  node: z.string().describe('the edge that did it'),
  milliseconds: z.number().optional().describe('length of the announcement'),
});

const startedSchema = z.object({
  id: z.string().describe('id of the call'),
  command: z.string().describe('the line of the audit'),
  node: z.string().describe('the edge that calls'),
});

const STATUS: Record<Refusal, 404 | 409 | 422 | 503> = {
  no_call: 404,
  not_registered: 404,
  unknown_call: 409,
  not_answered: 409,
  masked: 409,
  not_masked: 409,
  not_recorded: 409,
  forced: 409,
  refused: 422,
  no_edge: 503,
  unreachable: 503,
  bad_command: 503,
  no_extension: 404,
  other_request: 422,
  not_known_yet: 409,
};
const HOW_LONG_MS = 5_000;
/** longer than an agent waits for a rtpengine that is away */
const QUIET_MS = 2_500;

/** What people tell the edge to do with calls in progress, and what edges there are. */
export function edgeRoutes(api: Api, deps: Deps): void {
  const on = { bus: deps.bus, db: deps.db, now: () => new Date(deps.clock.now()) };
  const tell = async (c: Context<Env>, tenant: string, id: string, order: Order | ((domain: string) => Order)) => {
    const scope = scopeOf(c);
    const company = await getTenant(deps.db, scope);
    if (!company) throw noCompany(tenant);
    const what = typeof order === 'function' ? order(company.domain) : order;
    try {
      return done(await commandCall(on, scope, authorOf(c.get('caller')), id, what));
    } catch (error) {
      if (error instanceof LiveUnknown) throw new Problem(503, error.message);
      throw error;
    }
  };
  const answers = { 200: { description: 'Done', content: json(doneSchema) }, ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503) };
  const post = <T extends z.ZodType>(path: string, summary: string, description: string, body: T, needs: CompanyRight = 'calls:control') =>
    createRoute({
      method: 'post',
      path: `/tenants/{tenant}/calls/{id}/${path}`,
      tags: ['Calls in progress'],
      summary,
      description: `${description} Each command stands in the audit.`,
      needs,
      request: { params: callParam, body: { required: true, content: json(body) } },
      responses: answers,
    });

  api.openapi(
    post(
      'recording',
      'Start, stop, mask or unmask the recording',
      'mask stops what is recorded until unmask: a card number stays out of it. Each start gives a new part. stop needs calls:control.',
      z.strictObject({ action: z.enum(['start', 'stop', 'mask', 'unmask']) }),
      'recordings:begin',
    ),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const { action } = c.req.valid('json');
      const reach = reachOf(c.get('caller'), tenant, 'calls:control');
      if (action === 'stop' && reach === null) throw new Problem(403, 'this token has no scope calls:control');
      const order: Order = action === 'stop' ? { what: action, ofRule: reach !== 'own' } : { what: action };
      return c.json(await tell(c, tenant, id, order), 200);
    },
  );
  for (const [what, summary] of [
    ['hangup', 'End the call'],
    ['hold', 'Put both sides on hold'],
    ['unhold', 'Bring both sides back'],
  ] as const)
    api.openapi(post(what, summary, 'The body is {}.', z.strictObject({})), async (c) => {
      const { tenant, id } = c.req.valid('param');
      return c.json(await tell(c, tenant, id, { what }), 200);
    });
  api.openapi(
    post(
      'transfer',
      'Blind transfer: a phone of this call is asked to call somebody else',
      'Phones obey, carriers mostly do not.',
      z.strictObject({
        to: z.string().regex(DIALLED).describe('extension or number'),
        leg: z.enum(['caller', 'callee']).optional().describe('who is sent on; by default the outside party'),
      }),
    ),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      const body = c.req.valid('json');
      return c.json(await tell(c, tenant, id, (domain) => ({ what: 'transfer', domain, ...body })), 200);
    },
  );
  api.openapi(
    post(
      'announcement',
      'Play an announcement to both sides',
      'A WAV file of the company on the edge.',
      z.strictObject({ name: z.string().regex(ANNOUNCEMENT_NAME).describe('file name without .wav') }),
    ),
    async (c) => {
      const { tenant, id } = c.req.valid('param');
      return c.json(await tell(c, tenant, id, { what: 'announce', ...c.req.valid('json') }), 200);
    },
  );

  const callee = z.string().regex(DIALLED);
  api.openapi(
    createRoute({
      method: 'post',
      path: '/tenants/{tenant}/calls',
      tags: ['Calls in progress'],
      summary: "Call somebody from an employee's phone",
      description:
        "The employee's phone rings; once it is answered the number is called, for 28 s at most. The call is in /calls with this id when it has ended. A request that is repeated with its Idempotency-Key calls once and has the first answer.",
      needs: 'calls:control',
      request: {
        params: tenantParam,
        headers: z.object({
          'idempotency-key': z
            .string()
            .regex(/^[\x21-\x7e]{1,200}$/)
            .optional()
            .describe("the asker's own name for this request"),
        }),
        body: {
          required: true,
          content: json(
            z.strictObject({
              from: callee.describe('short number of the employee'),
              to: callee.describe('extension or number, as the employee would dial it'),
            }),
          ),
        },
      },
      responses: {
        201: { description: 'The phone rings', content: json(startedSchema) },
        ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      const key = c.req.valid('header')['idempotency-key'] ?? null;
      if (!(await isPhoneWithin(deps.db, scope, { extension: c.req.valid('json').from }, on.now())))
        throw new Problem(404, 'no such employee within reach');
      const outcome = await startCall(on, scope, authorOf(c.get('caller')), { ...c.req.valid('json'), domain: company.domain }, key);
      const { id: command, node } = done(outcome);
      return c.json({ id: outcome.ok ? (outcome.callId ?? '') : '', command, node }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tenants/{tenant}/phones/{account}',
      tags: ['Calls in progress'],
      summary: 'Take the phones of an account off',
      description: 'They register again by themselves, unless the account is gone.',
      needs: 'calls:control',
      request: {
        params: tenantParam.extend({
          account: z
            .string()
            .regex(/^[A-Za-z0-9_.+-]{1,64}$/)
            .openapi({ param: { name: 'account', in: 'path' }, description: 'user of the account' }),
        }),
      },
      responses: { 200: { description: 'Done', content: json(doneSchema) }, ...problems(400, 401, 403, 404, 422, 503) },
    }),
    async (c) => {
      const { tenant, account } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      if (!(await isPhoneWithin(deps.db, scope, { account }, on.now()))) throw new Problem(404, 'no such account within reach');
      return c.json(done(await kickAccount(on, scope, authorOf(c.get('caller')), `${account}@${company.domain}`)), 200);
    },
  );

  const callSchema = z.object({
    callId: z.string(),
    tenant: z.string(),
    from: z.string(),
    to: z.string(),
    state: z.enum(['ringing', 'talking', 'other']),
    answeredAt: z.string().nullable(),
  });
  const edgeSchema = z.object({
    node: z.string(),
    agentSince: z.string(),
    opensips: z.object({ version: z.string(), upSince: z.string() }).nullable().describe('null: it does not answer'),
    rtpengine: z.object({ calls: z.number().int() }).nullable().describe('null: it does not answer'),
    calls: z.array(callSchema).nullable().describe('null: OpenSIPS does not answer'),
  });
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/edges',
      tags: ['Operator'],
      summary: 'Edges that are there, and their calls',
      needs: 'operations:read',
      responses: { 200: { description: 'Edges', content: json(z.object({ data: z.array(edgeSchema) })) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => {
      // whoever answers the first question is waited for in the second
      const states = await askEveryEdge(deps.bus, { do: 'ping' }, HOW_LONG_MS, () => false, QUIET_MS);
      const left = new Set(states.map(({ node }) => node));
      const lists = await askEveryEdge(deps.bus, { do: 'calls' }, HOW_LONG_MS, ({ node }) => left.delete(node) && left.size === 0);
      const data = states.flatMap(({ node, result }) => {
        if (!result.ok || !result.state) return [];
        const list = lists.find((l) => l.node === node)?.result;
        const calls = list?.ok ? (list.calls ?? []) : null;
        const shown = calls?.map((call) => ({
          ...call,
          answeredAt: call.answeredAt > 0 ? new Date(call.answeredAt * 1_000).toISOString() : null,
        }));
        return [{ node, ...result.state, calls: shown ?? null }];
      });
      return c.json({ data }, 200);
    },
  );
}

/** @throws Problem for a refusal, with its reason as a field */
function done(outcome: Outcome): z.output<typeof doneSchema> {
  if (outcome.ok) return { id: outcome.id, node: outcome.node, milliseconds: outcome.milliseconds };
  throw new Problem(STATUS[outcome.why], outcome.said, [{ field: 'reason', message: outcome.why }]);
}
