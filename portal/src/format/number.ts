import type { Locale } from '#words/words.ts';

export const NBSP = '\u00a0';
export const MINUS = '\u2212';
/** Stands where a value does not exist; what exists and is not known says so in words. */
export const NONE = '–';

const rounders = new Map<number, Intl.NumberFormat>();

/** Rounded half away from zero and grouped as "1,234.5": one ICU format on server and browser, our own signs after it. */
function rounded(value: number, digits: number): string {
  let format = rounders.get(digits);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    rounders.set(digits, format);
  }
  return format.format(value);
}

function localised(text: string, locale: Locale): string {
  if (locale === 'en') return text;
  return text.replace(/[,.]/g, (sign) => (sign === ',' ? NBSP : ','));
}

/** 1 234 or 1,234; a minus is U+2212. What rounds to zero has no sign. @param digits after the decimal sign */
export function number(locale: Locale, value: number | null, digits = 0): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const text = rounded(Math.abs(value), digits);
  return (value < 0 && /[1-9]/.test(text) ? MINUS : '') + localised(text, locale);
}

/** Always with a sign, zero without: +5, −3, 0. */
export function signed(locale: Locale, value: number | null, digits = 0): string {
  const text = number(locale, value, digits);
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** In Russian the sign stands apart: 84,0 % and 84.0%. */
export function withPercent(locale: Locale, text: string): string {
  if (text === NONE) return text;
  return locale === 'ru' ? `${text}${NBSP}%` : `${text}%`;
}

/** The sign of a currency: ₽, $, ₸; a code that has none stands as it is. @param code ISO 4217 */
export function currencySign(code: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' });
  return format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? code;
}

/** Money: 15 428 ₽ and ₽15,428. @param currency ISO 4217 */
export function money(locale: Locale, value: number | null, digits = 0, currency = 'RUB'): string {
  const text = number(locale, value, digits);
  const sign = currency === 'RUB' ? '₽' : currencySign(currency);
  if (text === NONE) return text;
  if (locale === 'ru') return `${text}${NBSP}${sign}`;
  return text.startsWith(MINUS) ? `${MINUS}${sign}${text.slice(1)}` : `${sign}${text}`;
}
