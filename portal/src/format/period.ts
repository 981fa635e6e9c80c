import type { Locale, Words } from '#words/words.ts';
import { addDays, dayParts } from './moment.ts';
import { NBSP } from './number.ts';

/** Days of a company's calendar, both included, and hours of each day. */
export interface Period {
  /** 2026-11-23 */
  from: string;
  to: string;
  /** 08:00; both absent = whole days. 24:00 is the end of the day */
  timeFrom?: string;
  timeTo?: string;
}

export interface PeriodStyle {
  /** at the beginning of a sentence; default true */
  capital?: boolean;
  /** of a single day; default true */
  weekday?: boolean;
}

/** "Сегодня, понедельник 23 ноября", "1–23 ноября 2026, 8:00–20:00". @param today the company's day now */
export function periodWords(locale: Locale, words: Words['format'], period: Period, today: string, style: PeriodStyle = {}): string {
  const days = period.from === period.to ? oneDay(words, period.from, today, style.weekday ?? true) : range(words, period);
  const hours = hoursWords(period);
  const text = hours === '' ? days : `${days}, ${hours}`;
  return (style.capital ?? true) ? text.charAt(0).toLocaleUpperCase(locale) + text.slice(1) : text;
}

/** 8:00–20:00; '' for whole days. */
export function hoursWords(period: Period): string {
  const from = period.timeFrom ?? '00:00';
  const to = period.timeTo ?? '24:00';
  return from === '00:00' && to === '24:00' ? '' : `${hourMinute(from)}–${hourMinute(to)}`;
}

/** 08:00 -> 8:00 */
export function hourMinute(time: string): string {
  return time.replace(/^0(?=\d)/, '');
}

function oneDay(words: Words['format'], day: string, today: string, weekday: boolean): string {
  const parts = dayParts(day);
  const year = parts.year === dayParts(today).year ? '' : ` ${parts.year}`;
  const named = day === today ? words.today : day === addDays(today, -1) ? words.yesterday : '';
  const date = `${parts.date}${NBSP}${words.monthsOf[parts.month]}${year}`;
  const full = weekday ? `${words.weekdays[parts.weekday]} ${date}` : date;
  return named === '' ? full : `${named}, ${full}`;
}

function range(words: Words['format'], period: Period): string {
  const a = dayParts(period.from);
  const b = dayParts(period.to);
  const end = `${b.date}${NBSP}${words.monthsOf[b.month]} ${b.year}`;
  if (a.year !== b.year) return `${a.date}${NBSP}${words.monthsOf[a.month]} ${a.year}${NBSP}– ${end}`;
  if (a.month !== b.month) return `${a.date}${NBSP}${words.monthsOf[a.month]}${NBSP}– ${end}`;
  return `${a.date}–${end}`;
}
