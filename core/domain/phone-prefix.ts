import { AsYouType, type CountryCode, getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/min';

/**
 * How the beginning of a number, typed in any spelling, may stand in the store, which keeps international digits and
 * short extensions: `8 (495) 1` in RU → 84951 (an extension or a code may begin so) and 74951.
 */
export function phonePrefixes(typed: string, country: string): string[] {
  const digits = typed.replace(/\D/g, '');
  if (digits === '' || typed.trim().startsWith('+') || !isSupportedCountry(country)) return [digits];
  const national = new AsYouType(country as CountryCode);
  national.input(digits);
  const international = national.getNumberValue()?.slice(1) ?? digits;
  // only a national prefix that was taken off says that a national number was meant: 7495 must not find 77495
  return international === getCountryCallingCode(country as CountryCode) + digits ? [digits] : [...new Set([digits, international])];
}
