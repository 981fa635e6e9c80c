/**
 * Wall clocks. Stores and programs speak instants (ms since the epoch); only here does a company's zone turn them into
 * days and hours and back. Pure: what the platform's Intl knows of zones is all that is used.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const QUARTER = HOUR / 4;

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a zone's clock is ahead of UTC at an instant, in ms. @throws RangeError when there is no such zone */
export function offsetAt(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  // "11/24/2026, GMT+05:30"; seconds only before zones were standardised
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at)) ?? [];
  if (sign === undefined) return 0;
  const size = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * 1_000;
  return sign === '-' ? -size : size;
}

/** What the clock on the wall shows, as if it were UTC: read it with the getUTC… methods of Date. */
export function wallClock(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/**
 * `wallClock` for millions of instants: what the platform says of a zone is remembered by day, and by quarter of an hour where the
 * clock changes within the day. Some ns an instant. @throws RangeError when there is no such zone
 */
export function wallClockOf(zone: string): (at: number) => number {
  /** NaN: it changes within */
  const days = new Map<number, number>();
  const quarters = new Map<number, number>();
  let lastDay = Number.NaN;
  let lastOffset = 0;
  return (at) => {
    const day = Math.floor(at / DAY);
    if (day === lastDay) return at + lastOffset;
    let offset = days.get(day);
    if (offset === undefined) {
      offset = offsetAt(zone, day * DAY);
      if (offset !== offsetAt(zone, (day + 1) * DAY)) offset = Number.NaN;
      days.set(day, offset);
    }
    if (!Number.isNaN(offset)) {
      lastDay = day;
      lastOffset = offset;
      return at + offset;
    }
    const quarter = Math.floor(at / QUARTER);
    let exact = quarters.get(quarter);
    if (exact === undefined) {
      exact = offsetAt(zone, quarter * QUARTER);
      quarters.set(quarter, exact);
    }
    return at + exact;
  };
}

/**
 * The instant at which the clock on the wall shows this. Shown twice (clocks went back): the first time. Never shown
 * (clocks went forward): as far after the change as it would be after the last shown minute.
 * @param wall as `wallClock` gives it, e.g. Date.UTC(2026, 10, 24, 9, 30) for half past nine
 */
export function instantOf(zone: string, wall: number): number {
  const before = wall - offsetAt(zone, wall - DAY);
  const after = wall - offsetAt(zone, wall + DAY);
  return wallClock(zone, before) === wall || wallClock(zone, after) !== wall ? before : after;
}

/** Start of the day that an instant is in, or of one `days` later (negative: earlier). A day has 23 to 25 hours. */
export function startOfDay(zone: string, at: number, days = 0): number {
  return instantOf(zone, (Math.floor(wallClock(zone, at) / DAY) + days) * DAY);
}

/** Start of the week that an instant is in, which is a Monday, or of one `weeks` later. */
export function startOfWeek(zone: string, at: number, weeks = 0): number {
  const wall = Math.floor(wallClock(zone, at) / DAY);
  // 1 January 1970 was a Thursday
  return instantOf(zone, (wall - ((wall + 3) % 7) + 7 * weeks) * DAY);
}

/** Start of the month that an instant is in, or of one `months` later. */
export function startOfMonth(zone: string, at: number, months = 0): number {
  const wall = new Date(wallClock(zone, at));
  return instantOf(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, 1));
}

/**
 * Start of the hour that an instant is in. Hours are the wall clock's: in India they begin at half past of UTC. A change
 * of the clock begins an hour of its own, so that an hour shown twice is two, and Lord Howe's half-hour change leaves a short one.
 */
export function startOfHour(zone: string, at: number): number {
  const offset = offsetAt(zone, at);
  const full = Math.floor((at + offset) / HOUR) * HOUR - offset;
  return offsetAt(zone, full) === offset ? full : changeBetween(zone, full, at);
}

/** End of the hour that an instant is in, which is the start of the next. */
export function endOfHour(zone: string, at: number): number {
  const offset = offsetAt(zone, at);
  const full = (Math.floor((at + offset) / HOUR) + 1) * HOUR - offset;
  return offsetAt(zone, full) === offset ? full : changeBetween(zone, at, full);
}

/** Starts of all hours that [from, to) touches, oldest first. About 1 µs an hour. */
export function hoursOf(zone: string, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = startOfHour(zone, from); at < to; at = endOfHour(zone, at)) starts.push(at);
  return starts;
}

/** Starts of all days that [from, to) touches, oldest first. */
export function daysOf(zone: string, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = startOfDay(zone, from); at < to; at = startOfDay(zone, at, 1)) starts.push(at);
  return starts;
}

/** Starts of all weeks that [from, to) touches, oldest first. */
export function weeksOf(zone: string, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = startOfWeek(zone, from); at < to; at = startOfWeek(zone, at, 1)) starts.push(at);
  return starts;
}

/** Starts of all months that [from, to) touches, oldest first. */
export function monthsOf(zone: string, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = startOfMonth(zone, from); at < to; at = startOfMonth(zone, at, 1)) starts.push(at);
  return starts;
}

/** First instant after `before` with the offset of `after`; the clock changes once between them. */
function changeBetween(zone: string, before: number, after: number): number {
  const offset = offsetAt(zone, after);
  let low = before;
  let high = after;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}
