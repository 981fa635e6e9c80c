/** Heights of both sides at equal distances over the whole recording, 0 to 1. */
export interface Bars {
  left: number[];
  right: number[];
}

interface Segment {
  seconds: number;
  /** base64, a byte a height */
  left: string;
  right: string;
}

/** Speech is quiet beside full scale: the root makes it visible, as on other players. */
const heightOf = (byte: number) => (byte / 255) ** 0.6;

/** As many bars as there is room for; segments stand one after another, as they are heard. */
export function barsOf(segments: readonly Segment[], count: number): Bars {
  const total = segments.reduce((sum, s) => sum + s.seconds, 0);
  const out: Bars = { left: new Array<number>(count).fill(0), right: new Array<number>(count).fill(0) };
  let begun = 0;
  for (const segment of segments) {
    for (const side of ['left', 'right'] as const) {
      const bytes = Uint8Array.from(atob(segment[side]), (c) => c.charCodeAt(0));
      bytes.forEach((byte, i) => {
        const at = begun + ((i + 0.5) / bytes.length) * segment.seconds;
        const bar = Math.min(count - 1, Math.floor((at / total) * count));
        out[side][bar] = Math.max(out[side][bar] ?? 0, heightOf(byte));
      });
    }
    begun += segment.seconds;
  }
  return out;
}

/** SVG path of bars that stand on a line or hang from it. @param step px from bar to bar @param grow px of the highest, negative: upwards */
export function barPath(heights: readonly number[], step: number, line: number, grow: number): string {
  return heights.map((h, i) => `M${(i + 0.5) * step} ${line}v${(Math.max(h, 0.02) * grow).toFixed(1)}`).join('');
}

/** Stretches in which the recording was masked, seconds of the whole recording. */
export function masksOf(segments: readonly { seconds: number; masked: boolean }[]): { from: number; to: number }[] {
  let begun = 0;
  return segments.flatMap(({ seconds, masked }) => {
    begun += seconds;
    return masked ? [{ from: begun - seconds, to: begun }] : [];
  });
}

/** Stretches in which nobody speaks, seconds of the whole recording. */
export function silencesOf(
  segments: readonly { seconds: number; talk: { silences: readonly { from: number; seconds: number }[] } | null }[],
): { from: number; to: number }[] {
  let begun = 0;
  return segments.flatMap(({ seconds, talk }) => {
    const before = begun;
    begun += seconds;
    return (talk?.silences ?? []).map((s) => ({ from: before + s.from, to: before + s.from + s.seconds }));
  });
}

/** Where to go on when a silence is skipped: a little of it stays, so that nobody stumbles. Null: nothing is skipped here. */
export function skippedTo(silences: readonly { from: number; to: number }[], at: number): number | null {
  const inside = silences.find((s) => at > s.from + KEPT_SECONDS && at < s.to - KEPT_SECONDS);
  return inside ? inside.to - KEPT_SECONDS : null;
}
const KEPT_SECONDS = 0.4;
