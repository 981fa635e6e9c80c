import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

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

/** What is dialled before a country's code: 00 (ITU-T E.164), and where it is something else. */
const EXIT_CODES: Record<string, string> = { RU: '810', KZ: '810', BY: '810', TJ: '810', TM: '810' };
const USUAL_EXIT_CODE = '00';
/** A national number may begin like an exit code; one that leaves a whole number behind is one. */
const WHOLE = /^\d{7,}/;

/**
 * A number as people write or paste it, spelled plainly for `normalizePhone` and `phonePrefixes`: digits, `*`, `#` and at
 * most one leading `+`. Brackets, slashes, hyphens and spaces of any typography go, invisible marks too; full-width forms
 * become ordinary ones; of `tel:`, `sip:` and `user@host` the number stays; 00 and the country's own exit code become `+`.
 * What has letters is a word (`anonymous`, a SIP account): it comes back without address around it, otherwise as it was.
 * `*` is kept wherever it stands: in a filter it stands for anything.
 * @example phoneFromPeople('tel:+7‑495/100–01–01', 'RU') // '+74951000101'
 */
export function phoneFromPeople(typed: string, country: string): string {
  const text = typed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const user = /(?:^|[\s<"])(?:tel|sips?):(?:\/\/)?([^@;?>\s]*)/i.exec(text)?.[1] ?? /^[^@]*/.exec(text)?.[0] ?? '';
  const number = user.replace(/%2b/gi, '+').trim();
  if (/\p{L}/u.test(number)) return number;
  const plain = number.replace(/[^\d+*#]/g, '');
  const digits = plain.replaceAll('+', '');
  if (plain.startsWith('+')) return `+${digits}`;
  for (const exit of [EXIT_CODES[country], USUAL_EXIT_CODE]) {
    if (exit === undefined || !digits.startsWith(exit)) continue;
    const rest = digits.slice(exit.length);
    if (/^\d{4,}\*/.test(rest) || WHOLE.test(rest)) return `+${rest}`;
  }
  return digits;
}

/** ISO 3166 codes of the countries whose numbers can be read. */
export function phoneCountries(): string[] {
  return getCountries();
}

/** Code that international numbers of a country begin with, without +: RU -> 7. Of a country that has none, 999. */
export function countryCode(country: string): string {
  return isSupportedCountry(country) ? getCountryCallingCode(country) : '999';
}
