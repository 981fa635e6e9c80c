import { FIELDS, FilterError } from '@callscope/analytics/query/filter.ts';
import { instantOf, startOfDay } from '@callscope/core/domain/zone.ts';
import { addDays, clock, dayOf } from '#format/moment.ts';
import type { Period as WordedPeriod } from '#format/period.ts';
import { type Days, QUICK_PERIODS, type QuickPeriod, quickPeriod } from '../ui/quick-period.ts';

/** Words of the address: they stay relative, so that a link opened tomorrow shows tomorrow's today. */
export const PRESETS = {
  today: 'today',
  yesterday: 'yesterday',
  week: 'thisWeek',
  'last-week': 'lastWeek',
  month: 'thisMonth',
  'last-month': 'lastMonth',
} as const satisfies Record<string, QuickPeriod>;
export type Preset = keyof typeof PRESETS;

export interface Period {
  /** days: exactly these instants, whenever the link is opened */
  preset: Preset | 'days';
  /** ms since the epoch, included */
  from: number;
  /** excluded */
  to: number;
}

type Params = { get(name: string): string | null };

/**
 * The period that an address names: `from` and `to` (instants), or `period` (a word), or today.
 * @throws FilterError
 */
export function periodFromQuery(params: Params, zone: string, now: number): Period {
  const from = instant(params, 'from');
  const to = instant(params, 'to');
  if (from !== null || to !== null) {
    // one end alone: the other is that of its day, or today's
    const days: Period = {
      preset: 'days',
      from: from ?? startOfDay(zone, (to as number) - 1),
      to: to ?? startOfDay(zone, Math.max(now, from as number), 1),
    };
    if (days.from > days.to) throw new FilterError([{ field: 'to', message: 'must not be before from' }]);
    return days;
  }
  const preset = params.get('period') ?? 'today';
  if (!isPreset(preset)) throw new FilterError([{ field: 'period', message: `one of ${Object.keys(PRESETS).join(', ')}` }]);
  return presetPeriod(preset, zone, now);
}

/** The period as the query of an address, without `?`; '' for today, which needs no words. */
export function periodToQuery({ preset, from, to }: Period): string {
  if (preset !== 'days') return preset === 'today' ? '' : `period=${preset}`;
  return (['from', 'to'] as const)
    .map((name) => `${name}=${encodeURIComponent(FIELDS[name].write(name === 'from' ? from : to)).replaceAll('%3A', ':')}`)
    .join('&');
}

export function presetPeriod(preset: Preset, zone: string, now: number): Period {
  return { preset, ...instantsOf(quickPeriod(PRESETS[preset], dayOf(zone, now)), zone) };
}

/** What a calendar gave: the preset where one means these days, so that choosing «Сегодня» stays today. */
export function periodOfDays(days: Days, zone: string, now: number): Period {
  const today = dayOf(zone, now);
  const quick = QUICK_PERIODS.find((which) => {
    const of = quickPeriod(which, today);
    return of.from === days.from && of.to === days.to;
  });
  const preset = (Object.keys(PRESETS) as Preset[]).find((name) => PRESETS[name] === quick);
  return { preset: preset ?? 'days', ...instantsOf(days, zone) };
}

/** The calendar days that a period touches. */
export function daysOf({ from, to }: Pick<Period, 'from' | 'to'>, zone: string): Days {
  return { from: dayOf(zone, from), to: dayOf(zone, Math.max(from, to - 1)) };
}

/** For `format.period`: the days; the hours where the period lies within a day, and where `time` cuts every day of it. */
export function wordedPeriod({ from, to }: Pick<Period, 'from' | 'to'>, zone: string, time?: { from: number; to: number }): WordedPeriod {
  const days = daysOf({ from, to }, zone);
  const isCut = days.from === days.to && !(startOfDay(zone, from) === from && startOfDay(zone, to) === to);
  if (!isCut) return time ? { ...days, timeFrom: hourText(time.from), timeTo: hourText(time.to) } : days;
  const cut = [clock(zone, from, false), endText(clock(zone, to, false))] as const;
  const hours = time && time.from < time.to ? [hourText(time.from), hourText(time.to)] : ['00:00', '24:00'];
  return { ...days, timeFrom: later(cut[0], hours[0]), timeTo: earlier(cut[1], hours[1]) };
}

/** Minutes of a day as the clock shows them: 480 -> 08:00. */
export function hourText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

const endText = (clock: string) => (clock === '00:00' ? '24:00' : clock);
const later = (a: string, b = a) => (a > b ? a : b);
const earlier = (a: string, b = a) => (a < b ? a : b);

function instantsOf(days: Days, zone: string): { from: number; to: number } {
  const midnight = (day: string) => instantOf(zone, Date.parse(`${day}T00:00:00Z`));
  return { from: midnight(days.from), to: midnight(addDays(days.to, 1)) };
}

function instant(params: Params, name: 'from' | 'to'): number | null {
  const given = params.get(name);
  if (given === null) return null;
  const value = FIELDS[name].read(given.trim());
  if (typeof value !== 'number') throw new FilterError([{ field: name, message: value.wrong }]);
  return value;
}

function isPreset(text: string): text is Preset {
  return Object.hasOwn(PRESETS, text);
}
