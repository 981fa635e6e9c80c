import { HELD_BACK_WEEKS, LEAST_EXPECTED, LEAST_WEEKS } from '@callscope/analytics/forecast/backtest.ts';
import { BAND_SHARE } from '@callscope/analytics/forecast/band.ts';
import { FORECAST_DAYS, HANDLE_DAYS, PAST_WEEKS } from '@callscope/analytics/forecast/forecast.ts';
import { TARGET_LIMITS } from '@callscope/analytics/forecast/target.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { z } from '@hono/zod-openapi';
import { companyForecast } from '../forecast/company-forecast.ts';
import { tenantParam } from './company-routes.ts';
import { type Api, createRoute, type Deps, noCompany, scopeOf } from './context.ts';
import { problems } from './problem.ts';

const within = ({ least, most }: { least: number; most: number }) => z.coerce.number().min(least).max(most).optional();
const targetQuery = z.strictObject({
  percent: within(TARGET_LIMITS.percent).describe('service level: this share of callers is answered in time, per cent'),
  seconds: within(TARGET_LIMITS.seconds).describe('service level: in time is within so many seconds'),
  shrinkage: within(TARGET_LIMITS.shrinkage).describe(
    'share of paid time in which people do not take calls: breaks, meetings, illness; per cent',
  ),
});
const instant = z.string().openapi({ format: 'date-time' });
const share = z.number().nullable();

const hourSchema = z.object({
  start: instant,
  end: instant,
  expected: z.number().describe('calls that come in; a mean, so no whole number'),
  low: z
    .number()
    .int()
    .describe(`with ${BAND_SHARE * 100} % likelihood the calls are low to high`),
  high: z.number().int(),
  people: z
    .number()
    .int()
    .nullable()
    .describe('for the expected calls, by Erlang C; 0 outside of working hours; null: how long a call takes is not known'),
  peopleHigh: z.number().int().nullable().describe('for as many calls as `high`'),
  open: z.boolean().describe('some of it is working time'),
  actual: z.number().int().nullable().describe('calls that came so far; null: the hour has not begun'),
});
const backtestSchema = z.object({
  from: instant,
  to: instant,
  calls: z.number().int().describe('that came'),
  error: share.describe('sum of misses over hours against the calls that came; null: none came'),
  naiveError: share.describe('the same of "as many as in the same hour a week before"'),
  coverage: share.describe(`share of hours within the band, of those with at least ${LEAST_EXPECTED} expected call; null: there were none`),
  hours: z.number().int().describe('with so many expected calls'),
  coverageOfAll: z.number().describe('the same of all hours'),
});
const forecastSchema = z
  .object({
    zone: z.string(),
    historyDays: z.number().int().describe(`whole days of the past that were looked at, at most ${PAST_WEEKS} weeks`),
    availableFrom: instant
      .nullable()
      .describe('the history is too short: from when on it will not be; null: it is long enough, or nobody has called'),
    handleSeconds: z.number().nullable().describe(`how long an answered call takes, mean of ${HANDLE_DAYS} days; null: none was answered`),
    target: z.object({ percent: z.number(), seconds: z.number(), shrinkage: z.number().describe('per cent') }),
    hours: z.array(hourSchema).describe(`of today and the ${FORECAST_DAYS - 1} days after it; empty: the history is too short`),
    backtest: backtestSchema
      .nullable()
      .describe(
        `how the forecast would have done in the last ${HELD_BACK_WEEKS} weeks, each foretold from what was before it; null: the history is too short for it`,
      ),
  })
  .openapi('Forecast');

/** A cut of what no caller can tell from noise. */
const hundredths = (value: number) => Math.round(value * 100) / 100;
const time = (at: number) => new Date(at).toISOString();

export function forecastRoutes(api: Api, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tenants/{tenant}/forecast',
      tags: ['Reports'],
      summary: 'Calls to come by hour, with a band, and the people that they need',
      description:
        `Made of the calls before today, so that it stays the same all day. Needs ${LEAST_WEEKS} whole weeks of calls; days with hours of ` +
        'their own in the calendar of working hours are foretold apart.',
      needs: 'calls:read',
      request: { params: tenantParam, query: targetQuery },
      responses: {
        200: { description: 'The forecast', content: { 'application/json': { schema: forecastSchema } } },
        ...problems(400, 401, 403, 404, 422, 503),
      },
    }),
    async (c) => {
      const { tenant } = c.req.valid('param');
      const scope = scopeOf(c);
      const company = await getTenant(deps.db, scope);
      if (!company) throw noCompany(tenant);
      const { forecast, historyDays, availableFrom, handleSeconds, target } = await companyForecast(
        deps,
        scope,
        company,
        c.req.valid('query'),
      );
      return c.json(
        {
          ...{ zone: company.timezone, historyDays, handleSeconds },
          availableFrom: availableFrom === null ? null : time(availableFrom),
          target: { percent: hundredths(target.share * 100), seconds: target.seconds, shrinkage: hundredths(target.shrinkage * 100) },
          hours: (forecast?.days ?? []).flatMap(({ hours }) =>
            hours.map(({ start, end, expected, ...hour }) => ({
              ...{ start: time(start), end: time(end), expected: hundredths(expected) },
              ...hour,
            })),
          ),
          backtest: forecast?.backtest
            ? { ...forecast.backtest, from: time(forecast.backtest.from), to: time(forecast.backtest.to) }
            : null,
        },
        200,
      );
    },
  );
}
