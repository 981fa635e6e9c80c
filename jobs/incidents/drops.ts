/** Drops that are so close to one another are one gap. */
const ONE_GAP_MS = 60_000;

/** @param times in any order, ms since the epoch */
export function joined(times: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (const time of times.toSorted((a, b) => a.from - b.from)) {
    const last = gaps.at(-1);
    if (last && time.from - last.to <= ONE_GAP_MS) last.to = Math.max(last.to, time.to);
    else gaps.push({ ...time });
  }
  return gaps;
}
