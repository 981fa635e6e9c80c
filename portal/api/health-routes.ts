import { TROUBLE_KINDS } from '@callscope/modules/operations/rules.ts';
import { troublesSince } from '@callscope/modules/operations/store.ts';
import { z } from '@hono/zod-openapi';
import { type Api, createRoute, type Deps, operatorOf } from './context.ts';
import { problems } from './problem.ts';

const WEEK_MS = 7 * 86_400_000;
const MOST_TROUBLES = 200;
const count = z.number().int();
const troubleSchema = z.object({
  kind: z.enum(TROUBLE_KINDS),
  what: z.string().describe('which part, stage or stream'),
  detail: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable().describe('null: it goes on'),
  untold: z.string().describe('why the operator could not be told; empty: was told, or nobody is to be'),
});
const stateSchema = z
  .object({
    at: z.iso.datetime(),
    parts: z.array(z.object({ name: z.string(), failing: z.boolean(), detail: z.string() })),
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable().describe('of DATA_DIR; null: it is on another machine'),
    stages: z.array(z.object({ stage: z.string(), lagSeconds: z.number(), unexplained: count })).nullable(),
    deadLetters: count.nullable(),
    droppedAt: z.iso.datetime().nullable().describe('when receivers last dropped packets in the last five minutes'),
    streams: z.array(z.object({ name: z.string(), messages: count, bytes: count, mostBytes: count })).nullable(),
    spoolSeconds: z.number().nullable().describe('how long the oldest recording of the spool has waited'),
    retention: z.array(z.object({ what: z.string(), days: count, inForce: z.boolean() })).nullable(),
    failedReconciliation: z.string().nullable().describe('the newest day, when it failed'),
    troubles: z.array(troubleSchema).describe('those that go on first, then those of the last week'),
  })
  .openapi('SystemHealth');

const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** How the whole system stands, and what was wrong with it. */
export function healthRoutes(api: Api, { db, clock, system }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/ops/health',
      tags: ['Operator'],
      summary: 'How the whole system stands, and what was wrong with it',
      description: 'What cannot be known now is null, and the part that keeps it from being known fails.',
      needs: 'operations:read',
      responses: {
        200: { description: 'State', content: { 'application/json': { schema: stateSchema } } },
        ...problems(400, 401, 403, 503),
      },
    }),
    async (c) => {
      const scope = operatorOf(c);
      const [state, troubles] = await Promise.all([system(), troublesSince(db, scope, clock.now() - WEEK_MS, MOST_TROUBLES)]);
      return c.json(
        {
          ...{ parts: [...state.parts], disk: state.disk, stages: state.stages && [...state.stages], deadLetters: state.deadLetters },
          ...{ streams: state.streams && [...state.streams], spoolSeconds: state.spoolSeconds },
          ...{ retention: state.retention && [...state.retention], failedReconciliation: state.failedReconciliation },
          ...{ at: new Date(state.at).toISOString(), droppedAt: instant(state.droppedAt) },
          troubles: troubles.map(({ kind, what, detail, beganAt, endedAt, fault }) => ({
            ...{ kind, what, detail, from: new Date(beganAt).toISOString(), to: instant(endedAt), untold: fault },
          })),
        },
        200,
      );
    },
  );
}
