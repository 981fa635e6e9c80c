import { encode } from 'uqr';

/** A QR code to draw: one path of unit squares, `size` of them wide and high, without a border. */
export interface Qr {
  path: string;
  size: number;
}

export function qrOf(text: string): Qr {
  const { data, size } = encode(text, { border: 0 });
  return { path: data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join(''), size };
}
