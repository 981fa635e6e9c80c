/**
 * What is to be expected of an hour, from the hours before. The usual rhythm is a mean of the same weekday and hour over the weeks,
 * recent ones more, each week brought to a common level first; it is lifted to the level of the last days. Days with hours of
 * their own in the company's calendar, and days that stand out, teach nothing about the usual ones. Pure.
 */
import { type Hour, type PastHour, WEEK_DAYS } from './hours.ts';

/** After so many days a day of the past counts half: for the rhythm of the week … */
const RHYTHM_HALF_LIFE = 42;
/** … and for the level at which the coming days begin. */
const LEVEL_HALF_LIFE = 7;
/** Days to each side that say at what level a day of the past was. */
const LEVEL_REACH = 7;
/** An hour of a weekday leans on the same hour of weekdays like it as if that were so many weeks of its own. */
const KIN_WEEKS = 2;
/** A day with fewer or more calls than its weekday and its neighbours let expect stands out: by these shares, and beyond chance. */
const STANDS_OUT = { below: 0.45, above: 2.2, deviations: 4 };
/** Closed days of the past against the days off of the week: these count as so many expected calls of none but that likeness. */
const CLOSED_PRIOR_CALLS = 20;
const HOURS = 24;

export interface Model {
  expected(hour: Hour): number;
}

interface Day {
  day: number;
  weekday: number;
  own: Hour['own'];
  hours: PastHour[];
  calls: number;
  /** against the rhythm of the week */
  level: number;
}

/** @param past whole days before `origin`, oldest first @param origin day since the epoch from which on nothing is known */
export function modelOf(past: readonly PastHour[], origin: number): Model {
  const days = daysOf(past);
  const like = days.filter((day) => day.own === null);
  const usual = withoutOutstanding(like, origin);
  level(usual, rhythmOf(usual, origin, false));
  const rhythm = rhythmOf(usual, origin, true);
  const now = levelNow(usual, rhythm, origin);
  const usually = (hour: Hour) => (rhythm.at(hour.weekday, hour.hour) ?? 0) * now;
  const closed = closedShare(days, rhythm);
  return {
    expected: (hour) => {
      if (hour.own === null) return usually(hour) * hour.length;
      const kin = rhythm.kin(hour.own === 'closed' ? 'off' : hour.open ? 'open' : 'shut', hour.hour);
      const rate = kin === null ? usually(hour) : kin * now;
      return rate * hour.length * (hour.own === 'closed' ? closed : 1);
    },
  };
}

function daysOf(past: readonly PastHour[]): Day[] {
  const days: Day[] = [];
  for (const hour of past) {
    let last = days.at(-1);
    if (last?.day !== hour.day) {
      last = { day: hour.day, weekday: hour.weekday, own: hour.own, hours: [], calls: 0, level: 1 };
      days.push(last);
    }
    last.hours.push(hour);
    last.calls += hour.calls;
  }
  return days;
}

const weight = (age: number, halfLife: number): number => 0.5 ** (age / halfLife);

/** Leaves out days on which something happened that no calendar says: an outage, a holiday that was not entered. */
function withoutOutstanding(days: readonly Day[], origin: number): Day[] {
  const typical = Array.from({ length: WEEK_DAYS }, (_, weekday) =>
    median(days.filter((d) => d.weekday === weekday).map((d) => [d.calls, weight(origin - d.day, RHYTHM_HALF_LIFE)])),
  );
  const ratio = (d: Day) => d.calls / Math.max(typical[d.weekday] ?? 0, 1);
  return days.filter((d) => {
    // what all days around share is a new level and nothing that stands out
    const around = median(days.filter((o) => o !== d && Math.abs(o.day - d.day) <= LEVEL_REACH).map((o) => [ratio(o), 1]));
    const usual = (typical[d.weekday] ?? 0) * around;
    const share = d.calls / Math.max(usual, 1);
    const isBeyondChance = Math.abs(d.calls - usual) > STANDS_OUT.deviations * Math.sqrt(Math.max(usual, 1));
    return !(isBeyondChance && (share < STANDS_OUT.below || share > STANDS_OUT.above));
  });
}

/** Weighted. */
function median(values: readonly (readonly [value: number, weight: number])[]): number {
  const sorted = values.toSorted((a, b) => a[0] - b[0]);
  const half = sorted.reduce((sum, [, w]) => sum + w, 0) / 2;
  let sum = 0;
  for (const [value, w] of sorted) {
    sum += w;
    if (sum >= half) return value;
  }
  return 1;
}

interface Cell {
  weight: number;
  calls: number;
  open: number;
}

interface Rhythm {
  /** calls of a whole hour; null where there was never such an hour */
  at(weekday: number, hour: number): number | null;
  /** the same hour over days off, over days on which it is working time, over days on which it is not; null = there are none */
  kin(of: 'off' | 'open' | 'shut', hour: number): number | null;
}

/** The usual week. @param levelled each day at its own level, so that growth does not look like a rhythm */
function rhythmOf(days: readonly Day[], origin: number, levelled: boolean): Rhythm {
  const cells: Cell[] = Array.from({ length: WEEK_DAYS * HOURS }, () => ({ weight: 0, calls: 0, open: 0 }));
  for (const day of days) {
    const w = weight(origin - day.day, RHYTHM_HALF_LIFE);
    for (const { weekday, hour, length, calls, open } of day.hours) {
      const cell = cells[weekday * HOURS + hour] as Cell;
      cell.weight += w * length;
      cell.calls += (w * calls) / (levelled ? day.level : 1);
      if (open) cell.open += w * length;
    }
  }
  const mean = ({ weight: w, calls }: Cell) => (w > 0 ? calls / w : null);
  const isOpen = (cell: Cell) => cell.open * 2 > cell.weight;
  const cell = (weekday: number, hour: number) => cells[weekday * HOURS + hour] as Cell;
  const weekdays = [...Array(WEEK_DAYS).keys()];
  const clock = [...Array(HOURS).keys()];
  const totals = weekdays.map((d) => sum(clock.map((h) => mean(cell(d, h)) ?? 0)));
  const isOff = weekdays.map((d) => clock.every((h) => !isOpen(cell(d, h))));
  const hasOff = isOff.includes(true);
  /** weekdays whose calls come at the same times: by the working hours, or Monday to Friday */
  const kindOf = (d: number) => (hasOff ? (isOff[d] ? 1 : 0) : d < 5 ? 0 : 1);
  /** the share of a day's calls in each hour, over weekdays of a kind */
  const shapes = [0, 1].map((kind) => {
    const of = weekdays.filter((d) => kindOf(d) === kind);
    const total = sum(of.map((d) => totals[d] ?? 0));
    return clock.map((h) => (total > 0 ? sum(of.map((d) => mean(cell(d, h)) ?? 0)) / total : 0));
  });
  const smooth = weekdays.map((d) =>
    clock.map((h) => {
      const own = cell(d, h);
      if (own.weight === 0) return null;
      const leaning = (shapes[kindOf(d)]?.[h] ?? 0) * (totals[d] ?? 0);
      return (own.calls + KIN_WEEKS * leaning) / (own.weight + KIN_WEEKS);
    }),
  );
  const at = (weekday: number, hour: number) => smooth[weekday]?.[hour] ?? null;
  return {
    at,
    kin: (of, hour) => {
      const chosen = weekdays.filter((d) => (of === 'off' ? isOff[d] : isOpen(cell(d, hour)) === (of === 'open')) && at(d, hour) !== null);
      return chosen.length === 0 ? null : sum(chosen.map((d) => at(d, hour) ?? 0)) / chosen.length;
    },
  };
}

/** What a day's calls would be by the rhythm. */
function byRhythm(day: Day, rhythm: Rhythm): number {
  return sum(day.hours.map((h) => (rhythm.at(h.weekday, h.hour) ?? 0) * h.length));
}

/** Gives each day the level of the days around it. */
function level(days: readonly Day[], rhythm: Rhythm): void {
  const usual = days.map((day) => byRhythm(day, rhythm));
  days.forEach((day) => {
    const [came, were] = pair(days, (o, i) => (Math.abs(o.day - day.day) <= LEVEL_REACH ? [o.calls, usual[i] ?? 0] : [0, 0]));
    day.level = came > 0 && were > 0 ? came / were : 1;
  });
}

/** How much of the rhythm the last days had. */
function levelNow(days: readonly Day[], rhythm: Rhythm, origin: number): number {
  const [came, were] = pair(days, (d) => {
    const w = weight(origin - d.day, LEVEL_HALF_LIFE);
    return [w * d.calls, w * byRhythm(d, rhythm)];
  });
  return were > 0 ? came / were : 1;
}

/** How many of a day off's calls came on closed days of the past. */
function closedShare(days: readonly Day[], rhythm: Rhythm): number {
  const [came, were] = pair(
    days.filter((d) => d.own === 'closed'),
    (d) => [d.calls, sum(d.hours.map((h) => (rhythm.kin('off', h.hour) ?? rhythm.at(h.weekday, h.hour) ?? 0) * h.length))],
  );
  return (came + CLOSED_PRIOR_CALLS) / (were + CLOSED_PRIOR_CALLS);
}

function pair<T>(list: readonly T[], of: (item: T, i: number) => readonly [number, number]): [number, number] {
  return list.reduce<[number, number]>(
    ([a, b], item, i) => {
      const [x, y] = of(item, i);
      return [a + x, b + y];
    },
    [0, 0],
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
