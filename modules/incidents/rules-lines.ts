/**
 * registered: calls go over it · connecting: the carrier is being asked · error: it refuses, or does not answer · off: the company
 * switched it off · unknown: no edge says how it is
 */
export const LINE_STATES = ['registered', 'connecting', 'error', 'off', 'unknown'] as const;
export type LineState = (typeof LINE_STATES)[number];

/** What is not heard of for so long, of what is asked about every ten seconds, is not as it was. */
const STALE_MS = 45_000;

export interface LineSaid {
  isActive: boolean;
  /** when an edge last said that it works, ms since the epoch; null: none ever did */
  wellAt: number | null;
  /** since when it does not; null: it does, or nobody says */
  downFrom: number | null;
  /** when any edge last was well */
  edgesWellAt: number | null;
}

export function lineState({ isActive, wellAt, downFrom, edgesWellAt }: LineSaid, now: number): LineState {
  if (!isActive) return 'off';
  if (edgesWellAt === null || now - edgesWellAt > STALE_MS) return 'unknown';
  if (downFrom !== null) return 'error';
  return wellAt !== null && now - wellAt <= STALE_MS ? 'registered' : 'connecting';
}
