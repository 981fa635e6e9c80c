import type { Words } from '#words/words.ts';
import { MINUS, NBSP, NONE } from './number.ts';

const two = (n: number) => String(n).padStart(2, '0');

/** Talk, wait: 3:48 and 1:02:05. @param seconds rounded to whole ones */
export function clockSpan(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  const hours = Math.floor(s / 3_600);
  const rest = `${Math.floor((s % 3_600) / 60)}:${two(s % 60)}`;
  return hours > 0 ? `${hours}:${rest.padStart(5, '0')}` : rest;
}

/** How a span changed: +0:06, −0:03, 0:00. */
export function clockSpanDifference(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE;
  const whole = Math.round(seconds);
  return (whole < 0 ? MINUS : whole > 0 ? '+' : '') + clockSpan(Math.abs(whole));
}

/** "3 min 48 s", above an hour "1 h 2 min"; never a part that is zero, except the last. */
export function spanWords(words: Words['format'], seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  const hours = Math.floor(s / 3_600);
  const minutes = Math.floor((s % 3_600) / 60);
  const rest = s % 60;
  const parts: string[] = [];
  if (hours > 0) parts.push(`${hours}${NBSP}${words.hours}`);
  if (minutes > 0) parts.push(`${minutes}${NBSP}${words.minutes}`);
  if (hours === 0 && (rest > 0 || minutes === 0)) parts.push(`${rest}${NBSP}${words.seconds}`);
  return parts.join(' ');
}

/** How old: 42 s, 3 min, 2 h 5 min, 23 h, 3 days: the larger, the rougher. */
export function ageWords(words: Words['format'], seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}${NBSP}${words.seconds}`;
  if (s < 3_600) return `${Math.floor(s / 60)}${NBSP}${words.minutes}`;
  if (s < 10 * 3_600) return spanWords(words, s - (s % 60));
  if (s < 48 * 3_600) return `${Math.floor(s / 3_600)}${NBSP}${words.hours}`;
  const days = Math.floor(s / 86_400);
  return `${days}${NBSP}${words.days(days)}`;
}
