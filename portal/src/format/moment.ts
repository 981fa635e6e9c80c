import { offsetAt, wallClock } from '@callscope/core/domain/zone.ts';
import type { Locale, Words } from '#words/words.ts';
import { MINUS } from './number.ts';

const two = (n: number) => String(n).padStart(2, '0');

/** 14:02:11, without seconds 14:02. @param at ms since the epoch */
export function clock(zone: string, at: number, seconds: boolean): string {
  const wall = new Date(wallClock(zone, at));
  const text = `${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}`;
  return seconds ? `${text}:${two(wall.getUTCSeconds())}` : text;
}

/** The calendar day of an instant: 2026-11-23. */
export function dayOf(zone: string, at: number): string {
  return new Date(wallClock(zone, at)).toISOString().slice(0, 10);
}

export interface Day {
  year: number;
  /** 0 = January */
  month: number;
  date: number;
  /** 0 = Sunday */
  weekday: number;
}

/** @param day 2026-11-23 */
export function dayParts(day: string): Day {
  const at = new Date(`${day}T00:00:00Z`);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth(), date: at.getUTCDate(), weekday: at.getUTCDay() };
}

/** Another day, so many days later; negative: earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** In figures: 23.11 and 23.11.2026; in English with letters: 23 Nov and 23 Nov 2026. */
export function dayInFigures(locale: Locale, words: Words['format'], day: string, withYear: boolean): string {
  const { year, month, date } = dayParts(day);
  if (locale === 'ru') return `${two(date)}.${two(month + 1)}${withYear ? `.${year}` : ''}`;
  return `${date} ${words.monthsOf[month]}${withYear ? ` ${year}` : ''}`;
}

/** UTC+7, UTC+5:30, UTC−3 */
export function offsetName(zone: string, at: number): string {
  return offsetWords(offsetAt(zone, at));
}

/** @param offset ahead of UTC, ms */
export function offsetWords(offset: number): string {
  const minutes = Math.round(offset / 60_000);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? MINUS : '+'}${Math.floor(size / 60)}${size % 60 ? `:${two(size % 60)}` : ''}`;
}

/** The city that a zone is named after, in the language where we know it. */
export function cityOf(words: Words['format'], zone: string): string {
  return words.cities[zone] ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}
