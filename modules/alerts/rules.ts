import type { AlarmEnd, AlarmWord, Side } from './facts.ts';

/**
 * Why a check says neither well nor wrong. new: there was none yet; store: what keeps the calls did not answer; late: what happened
 * is not all there yet; gap: a part of the window was not received; going: calls are in progress that will count when they are over;
 * closed: the window is not all within working hours; few: too few calls, or none, for a mean or share.
 */
export const UNJUDGED = ['new', 'store', 'late', 'gap', 'going', 'closed', 'few'] as const;
export type Unjudged = (typeof UNJUDGED)[number];

/** What a window was found to hold. */
export type Reading =
  | { unknown: Extract<Unjudged, 'store' | 'late'> }
  /** isOver: the working day has ended; else it is too young for the window */
  | { unknown: 'closed'; isOver: boolean }
  | {
      unknown: null;
      /** null: a mean or share of nothing */
      value: number | null;
      /** calls that a mean or share is over; null: it is none */
      over: number | null;
      /** so many more will count when they are over */
      going: number;
      /** a part of the window was not received: there may have been more */
      hasGap: boolean;
    };

export interface AlertRule {
  side: Side;
  bound: number;
  least: number;
  quietMinutes: number;
  reminds: boolean;
}

/** How an alert stands; times in ms since the epoch. */
export interface Standing {
  alarm: { since: number; isTold: boolean } | null;
  /** since when it has been well while the alarm goes on */
  wellAt: number | null;
  /** when an alarm was told last, that it began or that it lasts */
  toldAt: number | null;
}

export interface Verdict {
  standing: Standing;
  /** null: it could be judged */
  why: Unjudged | null;
  value: number | null;
  begins: boolean;
  ends: { at: number; how: AlarmEnd } | null;
  tell: Exclude<AlarmWord, 'trial'> | null;
}

/**
 * What a check means. An alarm begins at the first check that finds the bound crossed. It is over when two checks one after the other
 * found it well, and was over at the first of them: what crosses the bound to and fro each minute is one alarm. What could not be judged
 * neither begins nor ends one; of too few calls it ends, as nothing is wrong any more, and at the end of the working day.
 * It is told once, and anew (`reminds`) when the quiet period is over; one that begins within the quiet period of the one before is told
 * when that is over, if it still lasts, and else not at all. That it is over is told to whoever was told that it began.
 * @param now ms since the epoch
 */
export function judge(rule: AlertRule, before: Standing, reading: Reading, now: number): Verdict {
  const unchanged: Verdict = {
    ...{ standing: { ...before, wellAt: null }, why: null, value: null },
    ...{ begins: false, ends: null, tell: null },
  };
  if (reading.unknown === 'closed') {
    const verdict = { ...unchanged, why: reading.unknown };
    return reading.isOver && before.alarm ? ended(verdict, before, now, 'closed') : verdict;
  }
  if (reading.unknown !== null) return { ...unchanged, why: reading.unknown };
  const { value, over, going, hasGap } = reading;
  if (value === null || (over !== null && over < rule.least)) return well({ ...unchanged, why: 'few', value }, before, now, 'few');
  const isWrong = rule.side === 'above' ? value > rule.bound : value < rule.bound;
  // what was not received can only have made a count smaller
  const isDoubtful = hasGap && (rule.side === 'below' ? isWrong : !isWrong);
  if (isDoubtful) return { ...unchanged, why: 'gap', value };
  if (isWrong && rule.side === 'below' && value + going >= rule.bound) return { ...unchanged, why: 'going', value };
  return isWrong ? wrong({ ...unchanged, value }, rule, before, now) : well({ ...unchanged, value }, before, now, 'fine');
}

function wrong(verdict: Verdict, { quietMinutes, reminds }: AlertRule, before: Standing, now: number): Verdict {
  const isQuiet = before.toldAt !== null && now - before.toldAt < quietMinutes * 60_000;
  const alarm = before.alarm ?? { since: now, isTold: false };
  const begins = before.alarm === null;
  const word = isQuiet ? null : !alarm.isTold ? 'begun' : reminds ? 'again' : null;
  return {
    ...{ ...verdict, begins, tell: word },
    standing: { alarm: { ...alarm, isTold: alarm.isTold || word === 'begun' }, wellAt: null, toldAt: word === null ? before.toldAt : now },
  };
}

function well(verdict: Verdict, before: Standing, now: number, how: AlarmEnd): Verdict {
  if (before.alarm === null) return verdict;
  if (before.wellAt === null) return { ...verdict, standing: { ...before, wellAt: now } };
  return ended(verdict, before, before.wellAt, how);
}

function ended(verdict: Verdict, before: Standing, at: number, how: AlarmEnd): Verdict {
  return {
    ...{ ...verdict, ends: { at, how }, tell: before.alarm?.isTold ? 'over' : null },
    standing: { alarm: null, wellAt: null, toldAt: before.toldAt },
  };
}
