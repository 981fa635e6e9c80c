import { CAUSE_MEANING, CAUSES, MOST_LISTED } from '@callscope/modules/reconciliation/causes.ts';
import { askFor, findingsOf, type Reconciliation, reconciledDays } from '@callscope/modules/reconciliation/store.ts';
import { z } from '@hono/zod-openapi';
import { type Api, createRoute, type Deps, operatorOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const MOST_DAYS = 400;
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });
const day = z.iso.date({ error: 'yyyy-mm-dd, e.g. 2026-11-24' });
const dayParam = z.object({ day: day.openapi({ param: { name: 'day', in: 'path' } }) });
const counts = z.record(z.string(), z.number().int());
const daySchema = z
  .object({
    day: z.string().describe('UTC'),
    state: z.enum(['waiting', 'working', 'done', 'failed']),
    askedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    failure: z.string().describe('why it failed'),
    hasCapture: z.boolean().describe('the packets of that day were still kept; without them capture is not compared'),
    compared: counts.describe('how many of each were compared'),
    found: z.partialRecord(z.enum(CAUSES), z.number().int()).describe('how many of each cause'),
  })
  .openapi('Reconciliation');
const findingSchema = z.object({
  cause: z.enum(CAUSES),
  tenant: z.string().nullable(),
  call: z.string().nullable().describe('id of the call, or a Call-ID of which there is none'),
  at: z.iso.datetime().nullable(),
  detail: z.string().describe('key of an object, or which source knows of it'),
});

const toJson = ({ askedAt, finishedAt, ...rest }: Reconciliation) => ({
  ...rest,
  askedAt: new Date(askedAt).toISOString(),
  finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
});

/** What capture, events, accounting, calls and recordings of a day say of one another. */
export function reconciliationRoutes(api: Api, { db, clock }: Deps): void {
  const about = { tags: ['Operator'], needs: 'operations:read' as const };
  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/reconciliation', summary: 'Days that were reconciled, the newest first' },
      description: `Every day is reconciled in the night after it. ${CAUSES.map((cause) => `\`${cause}\`: ${CAUSE_MEANING[cause]}`).join('; ')}.`,
      responses: { 200: { description: 'Days', content: json(z.object({ data: z.array(daySchema) })) }, ...problems(400, 401, 403, 503) },
    }),
    async (c) => c.json({ data: (await reconciledDays(db, operatorOf(c), MOST_DAYS)).map(toJson) }, 200),
  );
  api.openapi(
    createRoute({
      ...{ ...about, method: 'post', path: '/ops/reconciliation', summary: 'Reconcile a day, also once more' },
      request: { body: { content: json(z.strictObject({ day })), required: true } },
      responses: {
        202: { description: 'It is in line', content: json(z.object({ day: z.string() })) },
        ...problems(400, 401, 403, 413, 415, 503),
      },
    }),
    async (c) => {
      const asked = c.req.valid('json').day;
      if (Date.parse(`${asked}T00:00:00Z`) > clock.now())
        throw new Problem(400, 'the request is wrong in these fields', [{ field: 'day', message: 'must not lie ahead' }]);
      await askFor(db, operatorOf(c), asked, true);
      return c.json({ day: asked }, 202);
    },
  );
  api.openapi(
    createRoute({
      ...{ ...about, method: 'get', path: '/ops/reconciliation/{day}', summary: 'What was found on a day' },
      description: `Of each cause at most ${MOST_LISTED}; how many there are says the list of days.`,
      request: { params: dayParam },
      responses: {
        200: { description: 'Findings', content: json(z.object({ data: z.array(findingSchema) })) },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const found = await findingsOf(db, operatorOf(c), c.req.valid('param').day);
      return c.json(
        {
          data: found.map(({ cause, tenant, callId, at, detail }) => ({
            ...{ cause, detail, tenant: tenant === '' ? null : tenant, call: callId === '' ? null : callId },
            at: at === null ? null : new Date(at).toISOString(),
          })),
        },
        200,
      );
    },
  );
}
