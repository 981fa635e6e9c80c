/** A stretch of sound: where it stands in the call and in the recording. Seconds. */
export interface Stretch {
  /** after the call began */
  from: number;
  /** in the recording */
  begun: number;
  seconds: number;
}

/** Two parts this near are one: the recorder's clock and the edge's differ by less. */
const NEAR_SECONDS = 0.5;

/** Segments that follow each other without a gap, as one stretch. @param segments in the order in which they were spoken */
export function stretchesOf<Segment extends { from: number; seconds: number }>(
  segments: readonly Segment[],
): (Stretch & { segments: Segment[] })[] {
  const out: (Stretch & { segments: Segment[] })[] = [];
  let begun = 0;
  for (const segment of segments) {
    const last = out.at(-1);
    if (last && Math.abs(last.from + last.seconds - segment.from) <= NEAR_SECONDS) {
      last.segments.push(segment);
      last.seconds += segment.seconds;
    } else out.push({ from: segment.from, begun, seconds: segment.seconds, segments: [segment] });
    begun += segment.seconds;
  }
  return out;
}

/** When in the call a place of the recording is. */
export function inCall(stretches: readonly Stretch[], at: number): number {
  const here = stretches.findLast((s) => s.begun <= at) ?? stretches[0];
  return here ? here.from + Math.min(here.seconds, Math.max(0, at - here.begun)) : at;
}

/** Where in the recording a moment of the call is; where nothing was recorded, the nearest place that was. Null: nothing was. */
export function inRecording(stretches: readonly Stretch[], at: number): number | null {
  const before = stretches.findLast((s) => s.from <= at);
  const after = stretches.find((s) => s.from > at);
  if (!before) return after ? after.begun : null;
  const inside = Math.min(before.seconds, at - before.from);
  // in a gap: its nearer edge
  if (after && at - before.from > before.seconds && after.from - at < at - before.from - before.seconds) return after.begun;
  return before.begun + inside;
}
