/** What stands in From when a caller hides the number (RFC 3323 and what exchanges make of it). */
export const HIDDEN = ['', 'anonymous', 'unknown', 'restricted', 'unavailable', 'private', 'withheld'] as const;

/** Longer is no number and no account, whatever a packet says. */
export const LONGEST_NUMBER = 64;

/** Nobody can be called back, and two of them need not be one person. */
export function isHidden(number: string): boolean {
  return (HIDDEN as readonly string[]).includes(number.toLowerCase()) || number.length > LONGEST_NUMBER || number.includes('\0');
}
