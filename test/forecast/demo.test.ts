import { forecastOf } from '@callscope/analytics/forecast/forecast.ts';
import { startOfHour } from '@callscope/core/domain/zone.ts';
import { expect, test } from 'vitest';
import { COMPANIES } from '../../demo/companies/all.ts';
import { perDayFor, planDay } from '../../demo/plan/day.ts';
import { addDays, midnightOf } from '../../demo/plan/zone.ts';

const DAYS = 45;
const CALLS = 61_500;

/** The demo's days were made before there was a forecast, and for no forecast. */
test.each(COMPANIES.map((company) => [company.id, company] as const))(
  '%s of the demo: nearer than a week before, and the band holds 70 to 90 % of hours',
  (_id, company) => {
    for (const last of ['2026-11-26', '2027-03-10']) {
      const dates = Array.from({ length: DAYS }, (_, i) => addDays(last, -i));
      const plan = {
        company,
        seed: 'demo',
        perDay: perDayFor(company, CALLS, last, dates),
        grownAt: last,
        floorFrom: Number.POSITIVE_INFINITY,
      };
      const calls = new Map<number, number>();
      for (const { direction, startedAt } of dates.flatMap((date) => planDay(plan, date))) {
        if (direction !== 'in') continue;
        const hour = startOfHour(company.zone, startedAt / 1_000);
        calls.set(hour, (calls.get(hour) ?? 0) + 1);
      }
      const question = { zone: company.zone, schedule: company.workingHours, now: midnightOf(company.zone, addDays(last, 1)) };
      const { forecast } = forecastOf({ ...question, target: { share: 0.8, seconds: 20, shrinkage: 0 } }, { calls, handleSeconds: 150 });
      const { error, naiveError, coverage, coverageOfAll } = forecast?.backtest ?? {};
      expect(error).toBeLessThan((naiveError ?? 0) * 0.9);
      for (const share of [coverage, coverageOfAll]) {
        expect(share).toBeGreaterThan(0.7);
        expect(share).toBeLessThan(0.9);
      }
    }
  },
);
