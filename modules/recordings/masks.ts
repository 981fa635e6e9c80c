/** A part of a call's recording, as far as it says where it stands. */
interface Part {
  /** ms since the epoch; null without audio */
  startedAt: number | null;
  seconds: number | null;
  /** the recording was masked between the part before and this one */
  afterMask: boolean;
}

/** No mask lasts longer than a call. */
const LONGEST_SECONDS = 24 * 3_600;

/**
 * Seconds of silence that stand before a part when parts are joined: while a recording is masked nothing of the call is
 * captured, and people hear silence for as long. A recording that somebody stopped and began again has no such gap.
 * @param before the part before it, undefined: there is none
 */
export function maskedBefore(part: Part, before: Part | undefined): number {
  if (!part.afterMask || before === undefined) return 0;
  if (part.startedAt === null || before.startedAt === null || before.seconds === null) return 0;
  const seconds = (part.startedAt - before.startedAt) / 1_000 - before.seconds;
  return Math.min(LONGEST_SECONDS, Math.max(0, Math.round(seconds * 1_000) / 1_000));
}
