/** A ladder as it is drawn, in words: what the page shows, and the file that somebody sends on. */
export interface Drawn {
  title: string;
  lanes: readonly string[];
  rows: readonly DrawnRow[];
  /** under it: what is left out */
  note: string;
}

export interface DrawnRow {
  time: string;
  label: string;
  /** columns of an arrow; null: what was told between messages */
  arrow: { from: number; to: number; isRepeated: boolean } | null;
  tone: 'request' | 'progress' | 'final' | 'refused' | 'mark';
}

const LANE = 150;
const LEFT = 96;
const TOP = 64;
const ROW = 30;
const COLOURS = { request: '#15181c', progress: '#565e69', final: '#0b7a5e', refused: '#8c5b00', mark: '#565e69' } as const;
const FONT = 'font-family="Inter, Arial, sans-serif"';

/** A picture that needs nothing around it: colours of the light theme, fonts that everybody has. */
export function ladderSvg({ title, lanes, rows, note }: Drawn): string {
  const width = LEFT + Math.max(1, lanes.length) * LANE;
  const height = TOP + rows.length * ROW + 36;
  const x = (lane: number) => LEFT + (lane + 0.5) * LANE;
  const line = (x1: number, x2: number, y1: number, y2: number, more: string) =>
    `<line x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}" ${more}/>`;
  const text = (at: number, y: number, said: string, more = '') => `<text x="${at}" y="${y}" ${more}>${escaped(said)}</text>`;
  const parts = [
    text(12, 24, title, 'font-size="14" font-weight="600"'),
    ...lanes.map((name, i) => text(x(i), TOP - 14, name, 'text-anchor="middle" font-weight="600"')),
    ...lanes.map((_, i) => line(x(i), x(i), TOP - 6, TOP + rows.length * ROW, 'stroke="#e0e3e8"')),
    ...rows.flatMap(({ time, label, arrow, tone }, i) => {
      const y = TOP + i * ROW + 20;
      const colour = COLOURS[tone];
      const at = text(12, y, time, 'fill="#565e69" font-size="11"');
      if (arrow === null) return [at, text(LEFT + 4, y, label, `fill="${colour}" font-style="italic"`)];
      const { from, to, isRepeated } = arrow;
      // a host that speaks with itself: a short way beside its line
      const [a, b] = from === to ? [x(from), x(from) + 36] : [x(from), x(to)];
      const tip = b > a ? -6 : 6;
      return [
        at,
        line(a, b, y, y, `stroke="${colour}" stroke-width="1.5"${isRepeated ? ' stroke-dasharray="4 3"' : ''}`),
        `<path d="M${b} ${y}l${tip} -3v6z" fill="${colour}"/>`,
        text((a + b) / 2, y - 6, label, `text-anchor="middle" fill="${colour}" stroke="#fff" stroke-width="3" paint-order="stroke"`),
      ];
    }),
    text(12, height - 14, note, 'fill="#565e69" font-size="11"'),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT} font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`;
}

/** Characters that XML knows no way to write are left out (XML 1.0, 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
const NO_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escaped(said: string): string {
  return said.replace(NO_XML, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
