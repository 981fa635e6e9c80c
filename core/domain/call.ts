import type { CallResult, MissedKind } from './result.ts';

export const DIRECTIONS = ['in', 'out', 'internal'] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const HANGUP_SIDES = ['caller', 'callee', 'system'] as const;
export type HangupBy = (typeof HANGUP_SIDES)[number];

/** Calls that no company claims are kept under this id and shown only to the operator. */
export const UNASSIGNED = 'unassigned';

/** Where the facts of a call came from; `rule` = it never ended and was closed by silence and the dialog's time limit. */
export const CALL_SOURCES = ['events', 'hep', 'rule'] as const;
export type CallSource = (typeof CALL_SOURCES)[number];

/** One offer of the call to one target: a branch of the INVITE. Times in microseconds since the epoch. */
export interface Leg {
  /** extension, or outside number in international digits; no domain */
  target: string;
  /** employee id valid at the time of the call, '' when unknown */
  employee: string;
  startedAt: number;
  result: CallResult;
  sipCode: number;
  /** true when this leg sent 180 or 183 */
  rang: boolean;
}

/**
 * A finished conversation, as the assembler writes it and the store keeps it.
 * Times are microseconds since the epoch at the edge (0 = did not happen); durations are derived when read,
 * so that a figure has one definition (`callTimes` below and catalog expressions over the same columns).
 */
export interface CallRow {
  tenant: string;
  /** the first Call-ID of the conversation; `~2`, `~3` … appended when a Call-ID is used again after its end */
  id: string;
  callIds: string[];
  direction: Direction;
  result: CallResult;
  missedKind: MissedKind | '';
  /** caller: extension, or international digits */
  from: string;
  /** first number dialled, normalised; `dialledRaw` keeps it as sent */
  dialled: string;
  dialledRaw: string;
  /** the company's own number (DID) that was called, '' when none */
  number: string;
  answeredBy: string;
  employee: string;
  group: string;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
  sipCode: number;
  hangupBy: HangupBy | '';
  /** domains as the packets had them, where no event named the company: what a later directory is resolved against */
  fromHost: string;
  dialledHost: string;
  /** tenant named by the edge's own event, '' when only HEP was seen */
  edgeTenant: string;
  /** recording rule that the edge applied: all, none, offer, demand; '' when it did not say */
  recordRule: string;
  /** line to a carrier that it came or went by, as the edge names it; of several that were tried the last; '' when it did not say */
  trunk: string;
  source: CallSource;
  legs: Leg[];
  revision: number;
}

/** What a line of a list says of a call. The rest, arrays above all, is most of what a store reads of it, and is asked for a call at a time. */
export type CallLine = Omit<CallRow, 'callIds' | 'dialledRaw' | 'fromHost' | 'dialledHost' | 'edgeTenant' | 'source' | 'legs' | 'revision'>;

/** Durations of a call in seconds with millisecond precision; null = did not happen (contract: Call). */
export function callTimes(c: Pick<CallRow, 'startedAt' | 'ringingAt' | 'answeredAt' | 'endedAt'>): {
  ringSeconds: number | null;
  talkSeconds: number;
  durationSeconds: number;
} {
  const seconds = (us: number) => Math.max(0, Math.round(us / 1000)) / 1000;
  return {
    ringSeconds: c.ringingAt ? seconds((c.answeredAt || c.endedAt) - c.ringingAt) : null,
    talkSeconds: c.answeredAt ? seconds(c.endedAt - c.answeredAt) : 0,
    durationSeconds: seconds(c.endedAt - c.startedAt),
  };
}
