import type { Hours, Weekday, WorkingHours } from '@callscope/core/domain/schedule.ts';
import { WEEKDAYS } from '@callscope/core/domain/schedule.ts';
import type { CompanySettings, FigureRules } from '@callscope/core/domain/settings.ts';

/** A company's settings while a person edits them. */
export interface Draft {
  timezone: string;
  country: string;
  /** false: always open; the hours are kept in case they are wanted again */
  hasHours: boolean;
  week: Record<Weekday, Hours>;
  dates: { date: string; name: string; hours: Hours }[];
  /** null: the field is empty */
  shortAbandonSeconds: number | null;
  callbackMinutes: number | null;
  answerWithinSeconds: number | null;
  serviceLevelPercent: number | null;
  repeatCallDays: number | null;
  serviceWithoutShortAbandons: boolean;
  serviceWithoutOutOfHours: boolean;
}

const NUMBERS = ['shortAbandonSeconds', 'callbackMinutes', 'answerWithinSeconds', 'serviceLevelPercent', 'repeatCallDays'] as const;
export type NumberName = (typeof NUMBERS)[number];

export type Saved = CompanySettings & { timezone: string; country: string };

/** What keeps a draft from being saved, and where: a day, the n-th date, a number. */
export interface Trouble {
  at: Weekday | number | NumberName;
  kind: 'overlap' | 'noDate' | 'twice' | 'noNumber';
}

const USUAL: Hours = [{ from: '09:00', to: '18:00' }];
const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

export function draftOf({ workingHours, ...saved }: Saved): Draft {
  const week = workingHours?.week ?? Object.fromEntries(WEEKDAYS.map((day) => [day, WORKDAYS.includes(day) ? USUAL : []]));
  return {
    ...saved,
    hasHours: workingHours !== null,
    week: { ...week } as Draft['week'],
    dates: (workingHours?.dates ?? []).map((d) => ({ ...d })),
  };
}

/** The hours that a draft means. */
export function workingHoursOf({ hasHours, week, dates }: Draft): WorkingHours {
  return hasHours ? { week, dates } : null;
}

/** What is sent when there is no trouble. */
export function savedOf(draft: Draft): Saved {
  const { timezone, country, shortAbandonSeconds, callbackMinutes } = draft;
  return {
    ...{ timezone, country, workingHours: workingHoursOf(draft) },
    ...{ shortAbandonSeconds: shortAbandonSeconds ?? 0, callbackMinutes: callbackMinutes ?? 0 },
    ...rulesOfDraft(draft),
  };
}

/** The rules of figures that a draft means. */
export function rulesOfDraft({
  answerWithinSeconds,
  serviceLevelPercent,
  repeatCallDays,
  serviceWithoutShortAbandons,
  serviceWithoutOutOfHours,
}: Draft): FigureRules {
  return {
    ...{
      answerWithinSeconds: answerWithinSeconds ?? 0,
      serviceLevelPercent: serviceLevelPercent ?? 0,
      repeatCallDays: repeatCallDays ?? 0,
    },
    ...{ serviceWithoutShortAbandons, serviceWithoutOutOfHours },
  };
}

export function troublesOf(draft: Draft): Trouble[] {
  const { week, dates } = draft;
  const numbers = NUMBERS.filter((name) => draft[name] === null).map((at): Trouble => ({ at, kind: 'noNumber' }));
  if (!draft.hasHours) return numbers;
  return [
    ...WEEKDAYS.filter((day) => overlaps(week[day])).map((at): Trouble => ({ at, kind: 'overlap' })),
    ...dates.flatMap(({ date, hours }, at): Trouble[] => {
      if (date === '') return [{ at, kind: 'noDate' }];
      if (dates.findIndex((d) => d.date === date) < at) return [{ at, kind: 'twice' }];
      return overlaps(hours) ? [{ at, kind: 'overlap' }] : [];
    }),
    ...numbers,
  ];
}

/** Hours with one more span after the last, where the day has room for it. */
export function withSpan(hours: Hours): Hours {
  const last = hours.at(-1);
  if (!last) return USUAL;
  const from = timeAt(Math.min(minutesOf(last.to) + 60, LAST_START));
  return [...hours, { from, to: timeAt(Math.min(minutesOf(from) + 240, DAY)) }];
}

export function hasRoom(hours: Hours): boolean {
  const last = hours.at(-1);
  return last === undefined || minutesOf(last.to) < LAST_START;
}

/** A span with another beginning or end; the other side gives way, so that it never ends before it begins. */
export function moved({ from, to }: Hours[number], side: 'from' | 'to', time: string): Hours[number] {
  if (side === 'from') return { from: time, to: to > time ? to : timeAt(Math.min(minutesOf(time) + 60, DAY)) };
  return { from: from < time ? from : timeAt(Math.max(minutesOf(time) - 60, 0)), to: time };
}

/** Times to choose from, every quarter of an hour; what stands there already is among them. */
export function timesFor(side: 'from' | 'to', standing: string): string[] {
  const quarters = Array.from({ length: DAY / STEP }, (_, i) => timeAt(i * STEP + (side === 'to' ? STEP : 0)));
  return quarters.includes(standing) ? quarters : [...quarters, standing].sort();
}

const STEP = 15;
const DAY = 1_440;
const LAST_START = DAY - STEP;

function overlaps(hours: Hours): boolean {
  const spans = [...hours].sort((a, b) => (a.from < b.from ? -1 : 1));
  return spans.some((span, i) => span.from < (spans[i - 1]?.to ?? ''));
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function timeAt(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
