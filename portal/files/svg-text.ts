import type { Tone } from '../src/ui/chart/model.ts';

/** A colour as every reader of SVG knows it. */
export type Ink = `#${string}`;

/** The light halves of portal/src/ui/style/tokens.css: paper has no themes, and readers of SVG no variables. */
export const INK = {
  ...{ raised: '#ffffff', surface: '#f5f6f7', line: '#e0e3e8', field: '#878f9b', text: '#15181c', muted: '#565e69', accent: '#5a3ec8' },
  ...{ answered: '#0b7a5e', outgoing: '#2068c4', missed: '#c8321c', failed: '#8c5b00', ghost: '#878f9b' },
  ...{ row1: '#5a3ec8', row2: '#0b7a5e', row3: '#2068c4', row4: '#b8541a' },
  ...{ row5: '#a3267e', row6: '#0e7c93', row7: '#7a6200', row8: '#7b4b2a' },
} as const satisfies Record<string, Ink>;

export const toneInk = (tone: Tone): Ink => INK[tone];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Words between tags; what XML 1.0 has no place for goes. */
export function text(words: string): string {
  return words.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '').replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

/** @param inside XML already */
export function element(name: string, attributes: Record<string, string | number | undefined>, inside: readonly string[] = []): string {
  const said = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${text(String(value))}"`]));
  return inside.length === 0 ? `<${name}${said.join('')}/>` : `<${name}${said.join('')}>${inside.join('')}</${name}>`;
}

/** Of Roboto, in thousandths of its size; letters that are not said here are as wide as most. */
const WIDTHS: [letters: string, width: number][] = [
  ['.,:;!|iljІіI‘’', 260],
  ['()[]-–frt 	\u00a0', 330],
  ['mwMWшщжюмфыШЩЖЮМФЫ%@—', 850],
  ['ABCDEFGHKNOPQRSTUVXYZАБВДЕЗИЙКЛНОПРСТУХЦЧЪЬЭЯ', 660],
];
const MOST = 560;
const BOLDER = 1.04;

/** About so wide, rather more than less: nothing stands on the toes of what follows it. @param size px */
export function textWidth(words: string, size: number, isBold = false): number {
  let sum = 0;
  for (const letter of words) sum += WIDTHS.find(([letters]) => letters.includes(letter))?.[1] ?? MOST;
  return (sum / 1_000) * size * (isBold ? BOLDER : 1);
}
