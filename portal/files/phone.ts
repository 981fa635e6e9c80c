/** From this many digits on a number is an international one; shorter ones are extensions and service codes. */
const SHORTEST = 7;
const [ZERO, NINE] = [48, 57] as const;

/** Whether it is written with +: digits alone, as the store has the numbers of outside. */
export const isInternational = (stored: string): boolean => stored.length >= SHORTEST && areDigits(stored);

/** The same of a text where it lies, in UTF-8. */
export const liesInternational = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start >= SHORTEST && lieDigits(bytes, start, end);

/** A number of a telephone in a file: 73910000122 -> +73910000122, 101 as it is. */
export const phoneText = (stored: string): string => (isInternational(stored) ? `+${stored}` : stored);

export function areDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

export function lieDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = bytes[i] as number;
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}
