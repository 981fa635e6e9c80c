import { NBSP, NONE } from './number.ts';

/** Up to this many digits it is an extension or a service code: shown as it is. */
const LONGEST_SHORT = 6;

/** Calling codes of one and two digits (ITU-T E.164); all others have three. */
const ONE_DIGIT = new Set(['1', '7']);
const TWO_DIGITS = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 ' +
    '81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

/**
 * A number as the store keeps it (international digits without +, or what was dialled) the way people write it:
 * 73910000122 -> +7 391 000-01-22, in Russia 78000000000 -> 8 800 000-00-00; short numbers and words as they are.
 * @param country ISO 3166 of the company
 */
export function phone(value: string, country: string): string {
  if (value === '') return NONE;
  const digits = value.startsWith('+') ? value.slice(1) : value;
  if (!/^\d+$/.test(digits) || digits.length <= LONGEST_SHORT || digits.length > 15) return value;
  if (country === 'RU' && /^7800\d{7}$/.test(digits)) return `8${NBSP}800${NBSP}${tail(digits.slice(4))}`;
  const code = callingCode(digits);
  const rest = digits.slice(code.length);
  return `+${code}${NBSP}${national(code, rest)}`;
}

function callingCode(digits: string): string {
  if (ONE_DIGIT.has(digits.slice(0, 1))) return digits.slice(0, 1);
  return TWO_DIGITS.has(digits.slice(0, 2)) ? digits.slice(0, 2) : digits.slice(0, 3);
}

function national(code: string, rest: string): string {
  if (code === '1' && rest.length === 10) return `${rest.slice(0, 3)}${NBSP}${rest.slice(3, 6)}-${rest.slice(6)}`;
  if (code === '91' && rest.length === 10) return `${rest.slice(0, 5)}${NBSP}${rest.slice(5)}`;
  // area code, then the seven digits that people know by heart
  const known = code === '7' ? rest.length === 10 : rest.length === 9 || rest.length === 10;
  if (known) return `${rest.slice(0, rest.length - 7)}${NBSP}${tail(rest.slice(-7))}`;
  if (rest.length === 7) return tail(rest);
  if (rest.length === 8) return `${rest.slice(0, 4)}${NBSP}${rest.slice(4)}`;
  return (rest.match(/\d{1,3}/g) ?? []).join(NBSP);
}

/** 0000122 -> 000-01-22 */
function tail(seven: string): string {
  return `${seven.slice(0, 3)}-${seven.slice(3, 5)}-${seven.slice(5)}`;
}
