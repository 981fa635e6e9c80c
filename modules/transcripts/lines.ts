/** A stretch that one side spoke. */
export interface Line {
  /** seconds of the recording */
  from: number;
  to: number;
  /** left is the client, right is ours; null: the service heard both at once */
  side: 'left' | 'right' | null;
  text: string;
}

/** What a service heard of one side. */
export interface Heard {
  from: number;
  to: number;
  text: string;
}

/** A pause of one side that is shorter than this ends no line while the other side is quiet, seconds. */
const SAME_LINE_SECONDS = 1.5;
/** A longer line would be no place to click at. */
const LONGEST_LINE = 280;

/**
 * The lines of both sides in the order in which they were said. What one side says in one go is one line, however the service
 * cut it; what it heard in nothing (empty, or the sides' order reversed) is left out.
 */
export function linesOf(sides: { left: readonly Heard[]; right: readonly Heard[] }): Line[] {
  const all = (['left', 'right'] as const)
    .flatMap((side) => sides[side].map((one) => ({ ...one, text: one.text.trim().replace(/\s+/g, ' '), side })))
    .filter(({ from, to, text }) => text !== '' && Number.isFinite(from) && Number.isFinite(to) && from >= 0 && to >= from)
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const lines: Line[] = [];
  for (const one of all) {
    const last = lines.at(-1);
    const isSame = last?.side === one.side && one.from - last.to < SAME_LINE_SECONDS && last.text.length + one.text.length < LONGEST_LINE;
    if (last && isSame) {
      last.to = Math.max(last.to, one.to);
      last.text += ` ${one.text}`;
    } else lines.push({ from: one.from, to: one.to, side: one.side, text: one.text });
  }
  return lines;
}

/** The text that is searched. */
export const saidIn = (lines: readonly Line[]): string => lines.map(({ text }) => text).join('\n');
