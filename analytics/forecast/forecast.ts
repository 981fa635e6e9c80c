import type { WorkingHours } from '@callscope/core/domain/schedule.ts';
import { startOfDay } from '@callscope/core/domain/zone.ts';
import { type Backtest, backtest, LEAST_WEEKS, spreadOf } from './backtest.ts';
import { bandOf } from './band.ts';
import { peopleFor, type ServiceTarget } from './erlang.ts';
import { type Hour, hoursBetween, type PastHour, WEEK_DAYS } from './hours.ts';
import { modelOf } from './model.ts';

/** So many weeks of the past are looked at. */
export const PAST_WEEKS = 26;
/** Today and the days after it. */
export const FORECAST_DAYS = 7;
/** Over so many days before today the length of a call is taken. */
export const HANDLE_DAYS = 28;
/** Nobody needs to sit for an hour in which one call in ten such hours comes. */
const LEAST_CALLS_FOR_PEOPLE = 0.1;

/** What the store says of the past. */
export interface Known {
  /** calls that came in, by the start of the hour; hours without any may be missing */
  calls: ReadonlyMap<number, number>;
  /** mean seconds of an answered call that came in, over the last HANDLE_DAYS days; null: none was */
  handleSeconds: number | null;
}

export interface ForecastHour {
  start: number;
  end: number;
  /** a mean: not a whole number */
  expected: number;
  low: number;
  high: number;
  /** for the expected calls, and for as many as the band's upper edge; null: how long a call takes is not known */
  people: number | null;
  peopleHigh: number | null;
  /** some of it is working time */
  open: boolean;
  /** calls that came; null = the hour has not begun */
  actual: number | null;
}

export interface Forecast {
  /** the day in hours of its own: the first is today */
  days: { start: number; own: Hour['own']; hours: ForecastHour[] }[];
  /** null: fewer than five weeks of history */
  backtest: Backtest | null;
}

export interface ForecastAnswer {
  /** null: the history is too short */
  forecast: Forecast | null;
  /** whole days of the past that were looked at */
  historyDays: number;
  /** from when on the history is long enough; null: it is, or nobody has called yet */
  availableFrom: number | null;
  handleSeconds: number | null;
  target: ServiceTarget;
}

export interface Question {
  zone: string;
  schedule: WorkingHours;
  now: number;
  target: ServiceTarget;
}

/** Of today's hours nothing is known but what came before today: what came since stands beside it. */
export function forecastOf({ zone, schedule, now, target }: Question, { calls, handleSeconds }: Known): ForecastAnswer {
  const today = startOfDay(zone, now);
  const past = history(zone, schedule, calls, today);
  const historyDays = new Set(past.map((hour) => hour.day)).size;
  const answer = { historyDays, handleSeconds, target };
  if (historyDays < LEAST_WEEKS * WEEK_DAYS)
    return {
      ...{ ...answer, forecast: null },
      availableFrom: calls.size === 0 ? null : startOfDay(zone, today, LEAST_WEEKS * WEEK_DAYS - historyDays),
    };
  const coming = hoursBetween(zone, schedule, today, startOfDay(zone, today, FORECAST_DAYS));
  const origin = coming[0]?.day ?? 0;
  const model = modelOf(past, origin);
  const spread = spreadOf(past, origin);
  const people = (hour: Hour, count: number) => {
    if (!hour.open || count < LEAST_CALLS_FOR_PEOPLE) return 0;
    return handleSeconds === null ? null : peopleFor({ calls: count / hour.length, seconds: handleSeconds }, target);
  };
  const hours = coming.map((hour) => {
    const expected = model.expected(hour);
    const { low, high } = bandOf(expected, spread);
    return {
      ...{ hour, expected, low, high },
      people: people(hour, expected),
      peopleHigh: people(hour, Math.max(high, expected)),
      actual: hour.start <= now ? (calls.get(hour.start) ?? 0) : null,
    };
  });
  return {
    ...{ ...answer, availableFrom: null },
    forecast: {
      days: [...Map.groupBy(hours, ({ hour }) => hour.day).values()].map((of) => ({
        start: of[0]?.hour.start ?? today,
        own: of[0]?.hour.own ?? null,
        hours: of.map(({ hour: { start, end, open }, ...told }) => ({ start, end, open, ...told })),
      })),
      backtest: backtest(past, origin),
    },
  };
}

/** From the day after the first call on: that day began before anybody counted. */
function history(zone: string, schedule: WorkingHours, calls: ReadonlyMap<number, number>, today: number): PastHour[] {
  const first = [...calls.keys()].reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  if (first >= today) return [];
  return hoursBetween(zone, schedule, startOfDay(zone, first, 1), today).map((hour) => ({ ...hour, calls: calls.get(hour.start) ?? 0 }));
}
