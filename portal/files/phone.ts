/** From this many digits on a number is an international one; shorter ones are extensions and service codes. */
const SHORTEST = 7;

/** Whether it is written with +: digits alone, as the store has the numbers of outside. */
export function isInternational(stored: string): boolean {
  if (stored.length < SHORTEST) return false;
  for (let i = 0; i < stored.length; i++) {
    const code = stored.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** A number of a telephone in a file: 73910000122 -> +73910000122, 101 as it is. */
export const phoneText = (stored: string): string => (isInternational(stored) ? `+${stored}` : stored);
