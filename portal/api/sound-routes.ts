import { findCall } from '@callscope/analytics/run/calls.ts';
import { worstCalls } from '@callscope/analytics/run/worst-calls.ts';
import { type Heard, mosHeard, type QualityFigures, worstMos } from '@callscope/core/domain/call-quality.ts';
import { employeeNames, getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { askedOf } from '../calls/company.ts';
import { callSound } from '../calls/sound.ts';
import { callSchema, callsJson } from './call-json.ts';
import { callParam } from './call-routes.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { filterParameters, readFilter } from './filter-query.ts';
import { Problem, problems } from './problem.ts';

const mos = z.number().describe('mean opinion score, 1 to 4.5');
const figures = {
  mos,
  worstMos: mos.describe('of the worst report or stretch'),
  loss: z.number().nullable().describe('share of packets that did not come; null: nobody counted'),
  worstLoss: z.number().nullable(),
  jitterMs: z.number().nullable().describe('mean; null: not told'),
  worstJitterMs: z.number().nullable(),
  points: z
    .array(z.object({ at: z.string(), loss: z.number().nullable(), jitterMs: z.number().nullable(), mos }))
    .describe('over time: a report, or a stretch of five seconds and more, each'),
};
const heardSchema = z.object({
  mos: mos.nullable().describe('the lower one of `reported` and `packets`; null: nothing was measured'),
  reported: z
    .object({
      ...figures,
      by: z.enum(['xr', 'rtcp']).describe("xr: the phone's own voice metrics (RFC 3611) · rtcp: the E-model over its reports"),
      reports: z.number().int(),
      roundTripMs: z.number().nullable().describe('between the relay and this side; null: not told'),
      address: z.string().describe('where its reports came from'),
      codec: z.string().nullable(),
      clockHz: z.number().int().describe('that jitter was reckoned with'),
      isClockAssumed: z.boolean().describe('nothing said which codec it was'),
    })
    .nullable()
    .describe("what this side's phone reported; null: no RTCP came from this side"),
  isWithheld: z.boolean().describe("this side's phone is another company's: what it reported is not told"),
  packets: z
    .object({ ...figures, received: z.number().int(), outOfOrder: z.number().int(), codec: z.string() })
    .nullable()
    .describe('what came to the relay for this side, by the packets of the recording; null: none was measured'),
  isDeaf: z.boolean().describe('the recording has no sound of the other side'),
});

function figuresJson({ mos, worstMos, loss, worstLoss, jitter, worstJitter, points }: QualityFigures) {
  return {
    ...{ mos, worstMos, loss, worstLoss, jitterMs: jitter, worstJitterMs: worstJitter },
    points: points.map((p) => ({ at: new Date(p.at).toISOString(), loss: p.loss, jitterMs: p.jitter, mos: p.mos })),
  };
}

function heardJson(heard: Heard): z.output<typeof heardSchema> {
  const { reported, packets, isWithheld, isDeaf } = heard;
  return {
    ...{ mos: mosHeard(heard), isWithheld, isDeaf },
    reported: reported && {
      ...figuresJson(reported),
      ...{ by: reported.by, reports: reported.reports, roundTripMs: reported.roundTrip, address: reported.address },
      ...{ codec: reported.codec, clockHz: reported.clock, isClockAssumed: reported.isClockAssumed },
    },
    packets: packets && {
      ...figuresJson(packets),
      ...{ received: packets.received, outOfOrder: packets.outOfOrder, codec: packets.codec },
    },
  };
}

const worstQuery = z.strictObject({ ...filterParameters, limit: z.coerce.number().int().min(1).max(1_000).default(50) });
const worstSchema = callSchema.extend({
  sound: z.object({
    mos: mos.nullable().describe('of the side that heard worse'),
    loss: z.number().nullable().describe('share, of the worse side'),
    jitterMs: z.number().nullable().describe('of the worse side'),
    isOneWay: z.boolean().describe('the recording has no sound of one side, or of both'),
  }),
});

export function soundRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/calls/{id}/quality',
      tags: ['Calls'],
      summary: 'How the call sounded at either end: loss, jitter, round trip and MOS, over time',
      description:
        'By the RTCP reports of both phones and by the packets of the recording. Reports and packets are kept as long as the operator says, what was ' +
        'measured of a recording as long as the recording. MOS is worked out by the E-model (ITU-T G.107) unless the phone says it itself.',
      needs: 'calls:read',
      request: { params: callParam },
      responses: {
        200: {
          description: 'Quality',
          content: {
            'application/json': {
              schema: z.object({
                mos: mos.nullable().describe('of the side that heard worse; null: nothing was measured'),
                client: heardSchema.describe('as the other party heard us; of an internal call, whoever called'),
                ours: heardSchema.describe('as our side heard the other party; of an internal call, whoever was called'),
              }),
            },
          },
        },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const scope = scopeOf(c);
      const call = await findCall(deps.store, scope, id);
      if (!call) throw new Problem(404, `no call "${id}" in this company`);
      const sound = await callSound(deps, scope, call);
      return c.json({ mos: worstMos(sound), client: heardJson(sound.left), ours: heardJson(sound.right) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/worst-calls',
      tags: ['Calls'],
      summary: 'The calls that sounded worst, the worst first',
      description:
        'Calls whose sound was measured: first those of which the recording lacks a side, then by the MOS of the side that heard worse; figures of them all are in the reports `sound…`.',
      needs: 'calls:read',
      request: { params: tenantParam, query: worstQuery },
      responses: {
        200: { description: 'Calls', content: { 'application/json': { schema: z.object({ data: z.array(worstSchema) }) } } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const { limit, ...query } = c.req.valid('query');
      const scope = scopeOf(c);
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      const filter = readFilter(query);
      const [worst, names] = await Promise.all([
        askedOf(deps, scope, company, filter).then((asked) => worstCalls(deps.store, scope, filter, asked, limit)),
        employeeNames(deps.db, scope.tenant),
      ]);
      const calls = await callsJson(
        deps,
        scope,
        worst.map(({ call }) => call),
        names,
      );
      const data = calls.map((call, at) => {
        const { jitter, ...sound } = (worst[at] as (typeof worst)[number]).sound;
        return { ...call, sound: { ...sound, jitterMs: jitter } };
      });
      return c.json({ data }, 200);
    },
  );
}
