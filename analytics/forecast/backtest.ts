import { BAND_SHARE, bandOf } from './band.ts';
import { type Hour, type PastHour, WEEK_DAYS } from './hours.ts';
import { modelOf } from './model.ts';

/** What was foretold of an hour, and what came. */
interface Told {
  hour: PastHour;
  expected: number;
}

/** How the forecast would have done on days that it was not shown. */
export interface Backtest {
  /** ms since the epoch */
  from: number;
  to: number;
  /** calls that came */
  calls: number;
  /** sum of misses over hours, up or down, against the calls that came; null: none came */
  error: number | null;
  /** the same of "as many as in the same hour a week before" */
  naiveError: number | null;
  /** the share of hours whose calls were within the band: of those in which at least LEAST_EXPECTED were expected … */
  coverage: number | null;
  hours: number;
  /** … and of all, also those of night in which nobody calls */
  coverageOfAll: number;
}

/** Hours with fewer say little of a band: of none or one call no range holds just four fifths. */
export const LEAST_EXPECTED = 1;
/** So much is held back. */
export const HELD_BACK_WEEKS = 2;
/** A week is foretold from no less than so many whole weeks before it. */
export const LEAST_WEEKS = 3;
/** For the band only: how uneven calls are is told by misses of forecasts from shorter histories too. */
const LEAST_WEEKS_FOR_SPREAD = 2;
const MOST_WEEKS_FOR_SPREAD = 8;

/** A forecast of weeks that are over, each from what was known before it: @param origin the first day that is not known */
function toldWeek(past: readonly PastHour[], origin: number): Told[] {
  const model = modelOf(
    past.filter((hour) => hour.day < origin),
    origin,
  );
  return past
    .filter((hour) => hour.day >= origin && hour.day < origin + WEEK_DAYS)
    .map((hour) => ({ hour, expected: model.expected(hour) }));
}

const wholeWeeks = (past: readonly PastHour[], origin: number): number => Math.floor((origin - (past[0]?.day ?? origin)) / WEEK_DAYS);

/** How uneven calls are beyond chance: so that the band would have held its share of the hours of weeks foretold before `origin`. */
export function spreadOf(past: readonly PastHour[], origin: number): number {
  const weeks = Math.min(wholeWeeks(past, origin) - LEAST_WEEKS_FOR_SPREAD, MOST_WEEKS_FOR_SPREAD);
  const told = Array.from({ length: Math.max(weeks, 0) }, (_, i) => toldWeek(past, origin - (i + 1) * WEEK_DAYS)).flat();
  const busy = told.filter(({ expected }) => expected >= LEAST_EXPECTED);
  if (busy.length === 0) return 0;
  // a wider band holds more: the first that holds enough, or the one before it when that is nearer
  let [low, high] = [0, SPREADS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (covered(busy, SPREADS[middle] ?? 0) < BAND_SHARE) low = middle + 1;
    else high = middle;
  }
  const [before, found] = [SPREADS[low - 1] ?? 0, SPREADS[low] ?? 0];
  const away = (spread: number) => Math.abs(covered(busy, spread) - BAND_SHARE);
  return away(before) < away(found) ? before : found;
}

/** Steps of an eighth: a band is whole calls wide and moves no finer. */
const SPREADS = [0, ...Array.from({ length: 56 }, (_, i) => 0.001 * 1.125 ** i)];

function covered(told: readonly Told[], spread: number): number {
  const held = told.filter(({ hour, expected }) => {
    const { low, high } = bandOf(expected, spread);
    return hour.calls >= low && hour.calls <= high;
  });
  return held.length / told.length;
}

/** Foretells the last whole fortnight week by week, each from what came before it. @returns null: too short a history */
export function backtest(past: readonly PastHour[], origin: number): Backtest | null {
  if (wholeWeeks(past, origin) < LEAST_WEEKS + HELD_BACK_WEEKS) return null;
  const byPlace = new Map(past.map((hour) => [placeOf(hour.day, hour), hour]));
  let [calls, missed, naive, held] = [0, 0, 0, 0];
  const busy = { hours: 0, held: 0 };
  const all: Told[] = [];
  for (let week = HELD_BACK_WEEKS; week > 0; week--) {
    const from = origin - week * WEEK_DAYS;
    const spread = spreadOf(
      past.filter((hour) => hour.day < from),
      from,
    );
    for (const { hour, expected } of toldWeek(past, from)) {
      const { low, high } = bandOf(expected, spread);
      const isHeld = hour.calls >= low && hour.calls <= high;
      calls += hour.calls;
      missed += Math.abs(hour.calls - expected);
      naive += Math.abs(hour.calls - (byPlace.get(placeOf(hour.day - WEEK_DAYS, hour))?.calls ?? 0));
      if (isHeld) held++;
      if (expected >= LEAST_EXPECTED) {
        busy.hours++;
        if (isHeld) busy.held++;
      }
      all.push({ hour, expected });
    }
  }
  return {
    from: all[0]?.hour.start ?? 0,
    to: all.at(-1)?.hour.end ?? 0,
    calls,
    error: calls > 0 ? missed / calls : null,
    naiveError: calls > 0 ? naive / calls : null,
    coverage: busy.hours > 0 ? busy.held / busy.hours : null,
    hours: busy.hours,
    coverageOfAll: all.length > 0 ? held / all.length : 0,
  };
}

const placeOf = (day: number, { hour }: Hour): string => `${day} ${hour}`;
