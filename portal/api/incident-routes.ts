import { getTenant } from '@callscope/modules/directory/store.ts';
import { INCIDENT_KINDS, INCIDENT_WORDS } from '@callscope/modules/incidents/kinds.ts';
import { incidentsOf, MOST_INCIDENTS } from '@callscope/modules/incidents/store.ts';
import { z } from '@hono/zod-openapi';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { Problem, problems } from './problem.ts';

const instant = z.iso.datetime({ offset: true, error: 'RFC 3339, e.g. 2026-11-24T00:00:00Z' });
const incidentSchema = z
  .object({
    kind: z.enum(INCIDENT_KINDS),
    scope: z.enum(['platform', 'company']).describe("of the whole platform, or of the company's own trunk"),
    trunk: z.string().nullable().describe("the company's own trunk; null: the rest is the operator's"),
    from: z.string().describe('RFC 3339'),
    to: z.string().nullable().describe('null: it goes on'),
    label: z.string(),
    meaning: z.string().describe('what it means for figures of that time'),
  })
  .openapi('Incident');

/** When figures may be incomplete or odd, and why. */
export function incidentRoutes(api: Api, { db, clock }: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/incidents',
      tags: ['Reports'],
      summary: 'Times in which figures may be incomplete or odd',
      description: `Incidents that reach into [from, to), the newest first, at most ${MOST_INCIDENTS}: a recorder that stood, a trunk or an exchange that was down, data that was not received. Those of the whole platform are everybody's; of another company's nothing is told.`,
      needs: 'calls:read',
      request: {
        params: tenantParam,
        query: z.strictObject({
          from: instant,
          to: instant,
          language: z.enum(['ru', 'en']).optional().describe("of the words; the company's by default"),
        }),
      },
      responses: {
        200: { description: 'Incidents', content: { 'application/json': { schema: z.object({ data: z.array(incidentSchema) }) } } },
        ...problems(400, 401, 403, 404, 503),
      },
    }),
    async (c) => {
      const { from, to, language } = c.req.valid('query');
      const asked = { from: Date.parse(from), to: Date.parse(to) };
      if (asked.from >= asked.to)
        throw new Problem(400, 'the request is wrong in these fields', [{ field: 'to', message: 'must be after from' }]);
      const scope = scopeOf(c);
      const company = await getTenant(db, scope);
      if (!company) throw noCompany(scope.tenant);
      const words = language ?? company.locale;
      const found = await incidentsOf(db, scope, asked, clock.now());
      return c.json(
        {
          data: found.map(({ kind, scope: of, what, from: began, to: ended }) => ({
            ...{ kind, scope: of, trunk: what === '' ? null : what },
            ...{ from: new Date(began).toISOString(), to: ended === null ? null : new Date(ended).toISOString() },
            ...{ label: INCIDENT_WORDS[kind].label[words], meaning: INCIDENT_WORDS[kind].meaning[words] },
          })),
        },
        200,
      );
    },
  );
}
