import { QueryTooLarge, StoreUnavailable } from '@callscope/analytics/run/run.ts';
import { errorText } from '@callscope/core/node/log.ts';
import { counter, histogram, registry } from '@callscope/core/node/metrics.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { callerOf } from '@callscope/modules/access/tokens.ts';
import { leave } from '@callscope/modules/mailings/store.ts';
import { OpenAPIHono } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { adRoutes } from './api/ad-routes.ts';
import { addressOf } from './api/address.ts';
import { alertRoutes } from './api/alert-routes.ts';
import { auditRoutes } from './api/audit-routes.ts';
import { billingRoutes } from './api/billing-routes.ts';
import { boardRoutes } from './api/board-routes.ts';
import { callRoutes } from './api/call-routes.ts';
import { caseRoutes } from './api/case-routes.ts';
import { companyRoutes } from './api/company-routes.ts';
import type { Deps, Env } from './api/context.ts';
import { countRoutes } from './api/count-routes.ts';
import { deskRoutes } from './api/desk-routes.ts';
import { directoryRoutes } from './api/directory-routes.ts';
import { edgeRoutes } from './api/edge-routes.ts';
import { exportRoutes } from './api/export-routes.ts';
import { financeRoutes } from './api/finance-routes.ts';
import { forecastRoutes } from './api/forecast-routes.ts';
import { healthRoutes } from './api/health-routes.ts';
import { incidentRoutes } from './api/incident-routes.ts';
import { keepingRoutes } from './api/keeping-routes.ts';
import { libraryRoutes } from './api/library-routes.ts';
import { linkRoutes } from './api/link-routes.ts';
import { mailingRoutes } from './api/mailing-routes.ts';
import { markRoutes } from './api/mark-routes.ts';
import { methodsAt } from './api/methods.ts';
import { missedRoutes } from './api/missed-routes.ts';
import { noticeRoutes } from './api/notice-routes.ts';
import { operatorRoutes } from './api/operator-routes.ts';
import { opsRoutes } from './api/ops-routes.ts';
import { pbxAccountRoutes } from './api/pbx-account-routes.ts';
import { pbxNumberRoutes } from './api/pbx-number-routes.ts';
import { pbxRoutes } from './api/pbx-routes.ts';
import { phoneRoutes } from './api/phone-routes.ts';
import { policyRoutes } from './api/policy-routes.ts';
import { fieldErrors, Problem, respond } from './api/problem.ts';
import { projectRoutes } from './api/project-routes.ts';
import { qualityFigureRoutes } from './api/quality-figure-routes.ts';
import { qualityReviewRoutes } from './api/quality-review-routes.ts';
import { qualityRoutes } from './api/quality-routes.ts';
import { reconciliationRoutes } from './api/reconciliation-routes.ts';
import { recordingRoutes } from './api/recording-routes.ts';
import { reportRoutes } from './api/report-routes.ts';
import { retentionRoutes } from './api/retention-routes.ts';
import { sealingRoutes } from './api/sealing-routes.ts';
import { sendingRoutes } from './api/sending-routes.ts';
import { signallingRoutes } from './api/signalling-routes.ts';
import { soundRoutes } from './api/sound-routes.ts';
import { requireStorable } from './api/storable.ts';
import { transcriptRoutes } from './api/transcript-routes.ts';
import { userRoutes } from './api/user-routes.ts';
import { viewRoutes } from './api/view-routes.ts';
import { PdfTooLarge } from './files/pdf.ts';
import type { HealthWatch } from './health/health.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const requests = counter('portal_requests_total', 'REST requests', ['method', 'route', 'status']);
const seconds = histogram(
  'portal_request_seconds',
  'Time of REST requests',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  ['route'],
);

/** Everything the portal answers. Routes of people's pages join here; REST stands by itself. */
export function createApp(deps: Deps, health: HealthWatch): Hono {
  const app = new Hono();
  const api = new OpenAPIHono<Env>({
    defaultHook: (result, c) => {
      if (!result.success) return respond(c, new Problem(400, 'the request is wrong in these fields', fieldErrors(result.error)));
    },
  });
  api.onError((error, c) => respond(c, problemOf(error, deps)));

  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: "the operator's token, or one of a company",
  });
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Callscope',
      version: '1',
      description:
        'Times are RFC 3339 in UTC; periods are half-open [from, to); lists are paged by `next`. Errors are problem+json (RFC 9457).',
    },
    servers: [{ url: '/api/v1' }],
  });

  api.use('*', async (c, next) => {
    const started = performance.now();
    await next();
    const route = c.req.routePath;
    requests.inc({ method: c.req.method, route, status: String(c.res.status) });
    seconds.observe({ route }, (performance.now() - started) / 1_000);
  });
  api.use(
    '*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => {
        // a body without a length is not read to its end: the connection is good for nothing more
        const headers = c.req.header('content-length') === undefined ? { connection: 'close' } : undefined;
        return respond(c, new Problem(413, `a request holds at most ${MAX_BODY_BYTES} bytes`, undefined, headers));
      },
    }),
  );
  api.use('*', async (c, next) => {
    const token = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const caller = token === undefined ? null : await callerOf(deps.db, token, addressOf(c, deps.trustProxy));
    if (!caller)
      return respond(c, new Problem(401, token === undefined ? 'send Authorization: Bearer TOKEN' : 'this token is unknown or revoked'));
    c.set('caller', caller);
    await next();
  });
  api.use('*', async (c, next) => {
    requireMethod(app, c);
    await next();
  });
  api.use('*', async (c, next) => {
    if (['PUT', 'POST', 'PATCH'].includes(c.req.method) && !/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      return respond(c, new Problem(415, 'send JSON with Content-Type: application/json'));
    }
    await requireStorable(c);
    await next();
  });
  companyRoutes(api, deps);
  directoryRoutes(api, deps);
  userRoutes(api, deps);
  projectRoutes(api, deps);
  boardRoutes(api, deps);
  viewRoutes(api, deps);
  mailingRoutes(api, deps);
  noticeRoutes(api, deps);
  alertRoutes(api, deps);
  exportRoutes(api, deps);
  markRoutes(api, deps);
  libraryRoutes(api, deps);
  callRoutes(api, deps);
  soundRoutes(api, deps);
  recordingRoutes(api, deps);
  keepingRoutes(api, deps);
  deskRoutes(api, deps);
  policyRoutes(api, deps);
  auditRoutes(api, deps);
  sealingRoutes(api, deps);
  linkRoutes(api, deps);
  transcriptRoutes(api, deps);
  sendingRoutes(api, deps);
  adRoutes(api, deps);
  financeRoutes(api, deps);
  billingRoutes(api, deps);
  qualityRoutes(api, deps);
  qualityReviewRoutes(api, deps);
  qualityFigureRoutes(api, deps);
  countRoutes(api, deps);
  incidentRoutes(api, deps);
  forecastRoutes(api, deps);
  caseRoutes(api, deps);
  phoneRoutes(api, deps);
  edgeRoutes(api, deps);
  // before the route for any report: the first one that fits answers
  missedRoutes(api, deps);
  reportRoutes(api, deps);
  opsRoutes(api, deps);
  signallingRoutes(api, deps);
  healthRoutes(api, deps);
  reconciliationRoutes(api, deps);
  retentionRoutes(api, deps);
  operatorRoutes(api, deps);
  pbxRoutes(api, deps);
  pbxAccountRoutes(api, deps);
  pbxNumberRoutes(api, deps);

  // one click in a mail program (RFC 8058): it brings no session, and neither Origin nor JSON
  app.post('/api/mailings/leave/:token', async (c) => {
    await leave(deps.db, c.req.param('token'), deps.clock.now());
    return c.body(null, 204);
  });
  app.get('/api/mailings/leave/:token', (c) => c.redirect(`/mailings/leave/${encodeURIComponent(c.req.param('token'))}`, 303));
  app.get('/healthz', async (c) => {
    const state = await health.check();
    return c.json(state, state.status === 'ready' ? 200 : 503);
  });
  app.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }));
  app.route('/api/v1', api);
  app.onError((error, c) => respond(c, problemOf(error, deps)));
  app.notFound((c) => {
    requireMethod(app, c);
    const where = c.req.path.startsWith('/api/') ? ': see /api/v1/openapi.json' : '';
    return respond(c, new Problem(404, `there is nothing at ${c.req.path}${where}`));
  });
  return app;
}

/** @throws Problem 405 when the path is there, for other methods */
function requireMethod(app: Hono, c: Context): void {
  const methods = methodsAt(app.routes, c.req.path);
  if (methods.length > 0 && !methods.includes(c.req.method))
    throw new Problem(405, `${c.req.method} is not possible here: use ${methods.join(', ')}`, undefined, { allow: methods.join(', ') });
}

function problemOf(error: Error, { log }: Deps): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof SignInBusy) return new Problem(429, error.message);
  if (error instanceof PdfTooLarge) return new Problem(422, error.message);
  if (error instanceof QueryTooLarge) return new Problem(422, error.message);
  if (error instanceof StoreUnavailable) return new Problem(503, error.message);
  if (error instanceof HTTPException) return new Problem(error.status, error.message || 'the request cannot be read: is its body JSON?');
  if (isUnavailable(error)) return new Problem(503, 'a part of the system does not answer: see /healthz');
  log.error('a request failed', { error: errorText(error), stack: error.stack });
  return new Problem(500, 'this should not have happened; it is in the log of the portal');
}

/** PostgreSQL or the bus away: connection errors of the system and SQLSTATE class 57 (operator intervention). */
function isUnavailable(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57\w{3})$/.test(code) ||
    /timeout|connection terminated|no responders|closed connection/i.test(error.message)
  );
}
