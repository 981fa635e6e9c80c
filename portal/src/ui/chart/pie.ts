/** Most slices that a pie tells apart; the smallest become one. */
const MOST_SLICES = 8;

export interface Slice {
  /** index of the value; null: the rest together */
  index: number | null;
  value: number;
  /** 0 to 1 */
  share: number;
  /** of a ring around 0,0 with the radius 50, from its hole of 28 */
  path: string;
}

/** A ring's slices clockwise from the top, the largest first; nothing where nothing is counted. */
export function slicesOf(values: readonly number[]): Slice[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total <= 0) return [];
  const sorted = values.map((value, index) => ({ index: index as number | null, value })).filter(({ value }) => value > 0);
  sorted.sort((a, b) => b.value - a.value);
  const shown = sorted.length > MOST_SLICES ? sorted.slice(0, MOST_SLICES - 1) : sorted;
  const rest = sorted.slice(shown.length).reduce((sum, { value }) => sum + value, 0);
  let at = 0;
  return [...shown, ...(rest > 0 ? [{ index: null, value: rest }] : [])].map(({ index, value }) => {
    const share = value / total;
    const path = ringPath(at, at + share);
    at += share;
    return { index, value, share, path };
  });
}

const [OUTER, INNER] = [50, 28];

/** @param from, to parts of the circle, 0 = top */
function ringPath(from: number, to: number): string {
  // an arc of a whole circle begins where it ends, and is nothing
  const end = to - from >= 1 ? from + 0.99999 : to;
  const point = (radius: number, part: number) => {
    const angle = 2 * Math.PI * part;
    return `${round(radius * Math.sin(angle))} ${round(-radius * Math.cos(angle))}`;
  };
  const large = end - from > 0.5 ? 1 : 0;
  return `M${point(OUTER, from)}A${OUTER} ${OUTER} 0 ${large} 1 ${point(OUTER, end)}L${point(INNER, end)}A${INNER} ${INNER} 0 ${large} 0 ${point(INNER, from)}Z`;
}

const round = (n: number) => Math.round(n * 1_000) / 1_000;
