/** Money is whole kopecks, prices are whole millionths of a rouble: bigint both, so that nothing is ever a fraction. Pure. */

const MICROS = 1_000_000n;
const MOST_DIGITS = 12;

/** A price as it is written, `1.85`, in millionths of a rouble; null: no price, or finer or larger than numeric(18,6). */
export function microsOf(text: string): bigint | null {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === undefined || whole.length > MOST_DIGITS) return null;
  return BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, '0'));
}

/** The same written again, without zeros that say nothing. */
export function priceText(micros: bigint): string {
  const fraction = String(micros % MICROS)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${micros / MICROS}${fraction === '' ? '' : `.${fraction}`}`;
}

/** n / d to the nearest whole number, halves up; for n ≥ 0 and d > 0. */
export function roundHalfUp(n: bigint, d: bigint): bigint {
  return (2n * n + d) / (2n * d);
}
