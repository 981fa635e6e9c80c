import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Up to this many digits a dialled number is an extension or a service code, never an outside number. */
const LONGEST_EXTENSION = 6;

const cache = new Map<string, string>();
const CACHE_LIMIT = 20_000;

/**
 * An outside number as international digits without `+`: `8 (495) 100-01-01` in RU -> `74951000101`.
 * Extensions (up to six digits), service codes and words are returned as sent; so is what cannot be parsed.
 * Bounded cache: parsing costs about 10 µs, and callers repeat.
 */
export function normalizePhone(raw: string, country: string): string {
  const text = raw.trim();
  if (text === '' || !/^[+\d(]/.test(text)) return text;
  const digits = text.replace(/[\s()\-.]/g, '');
  if (!/^\+?\d+$/.test(digits)) return text;
  if (!digits.startsWith('+') && digits.length <= LONGEST_EXTENSION) return digits;
  const key = `${country} ${digits}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = parse(digits, country);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, value);
  return value;
}

function parse(digits: string, country: string): string {
  if (digits.startsWith('+')) return digits.slice(1);
  const national = parsePhoneNumberFromString(digits, country as CountryCode);
  if (national?.isPossible()) return national.number.slice(1);
  const international = parsePhoneNumberFromString(`+${digits}`);
  if (international?.isPossible()) return international.number.slice(1);
  return digits;
}
