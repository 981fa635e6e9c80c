/**
 * Live state on the bus: what the active assembler of an edge group says of calls in progress. Core NATS, not stored, JSON;
 * browser-safe. Times are whole milliseconds since the epoch at the edge, 0 = has not happened.
 *
 * Messages of one company come in the order they were published, on one subject. A change with number `seq` follows the one
 * with `seq - 1`; a snapshot says all of it as it stands after `seq`. A new life of the assembler (another `boot`) begins at
 * nothing: its first change is number 1.
 */
import type { Direction } from '../domain/call.ts';
import type { PhoneBinding } from '../domain/phone-state.ts';
import type { CallResult, MissedKind } from '../domain/result.ts';

export const LIVE_VERSION = 1;

/** Largest live message, in UTF-16 units of its text: far below the bus' limit, small enough to be read in one go. */
export const MAX_LIVE_CHARS = 200_000;

export const LIVE_STATES = ['calling', 'ringing', 'talking'] as const;
export type LiveState = (typeof LIVE_STATES)[number];

/** A phone or number that the call is offered to now, or that talks; those that refused or were cancelled are gone. */
export interface LiveTarget {
  target: string;
  /** employee id, '' when unknown */
  employee: string;
  state: LiveState;
}

export interface LiveCall {
  /** what the call's row will be named: its first Call-ID, `~2` … when the Call-ID is used again */
  id: string;
  direction: Direction;
  from: string;
  dialled: string;
  /** own number (DID), '' when none */
  number: string;
  /** the caller's employee id on out and internal, the answering one's on in; '' until known */
  employee: string;
  group: string;
  answeredBy: string;
  state: LiveState;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  /** above 0: the call is over and its row on the way; it leaves with `ended` once the store has the row */
  endedAt: number;
  targets: LiveTarget[];
}

/** A call whose row the store has accepted: a reader that asks now finds it. */
export interface EndedCall {
  id: string;
  direction: Direction;
  result: CallResult;
  missedKind: MissedKind | '';
  from: string;
  dialled: string;
  number: string;
  answeredBy: string;
  employee: string;
  group: string;
  startedAt: number;
  answeredAt: number;
  endedAt: number;
}

/** An account whose registrations were seen: those that stand, and the last that ended. */
export interface LivePhone {
  /** user@domain of the account (address of record) */
  aor: string;
  /** those that stand, oldest first; none = not registered */
  bindings: PhoneBinding[];
  /** when the last binding ended, 0 = one stands */
  goneAt: number;
}

interface LiveHead {
  v: number;
  /** edge group of the assembler: each has a numbering of its own */
  group: string;
  /** names one life of the assembler */
  boot: string;
  seq: number;
}

export interface LiveChange extends LiveHead {
  kind: 'change';
  /** new or changed, each whole */
  calls: LiveCall[];
  /** ids that are no call of this company in progress, without a row to show for it */
  gone: string[];
  ended: EndedCall[];
  /** ids of written calls that changed */
  revised: string[];
  /** more written calls changed than are listed */
  more: boolean;
  /** new or changed, each whole; assemblers from before registrations say none */
  phones?: LivePhone[];
  /** accounts that are not this company's any more, or not remembered */
  phonesGone?: string[];
}

/** Everything in progress, in `parts` messages that follow each other; `part` counts from 0. */
export interface LiveSnapshot extends LiveHead {
  kind: 'snapshot';
  part: number;
  parts: number;
  calls: LiveCall[];
  phones?: LivePhone[];
}

/** Once a second from the active assembler of a group: silence means that nothing is assembled. */
export interface Pulse {
  v: number;
  group: string;
  boot: string;
  /** clock of the assembler, ms */
  at: number;
  /** time of the bus up to which FACTS are applied, ms */
  streamTime: number;
  /** time of the bus of the last facts, ms; 0 = none yet */
  lastFactsAt: number;
  /** age of the oldest of what waits: facts not applied, calls that the store has not taken */
  lagSeconds: number;
  pendingMessages: number;
}

/** @returns null for what another version of the product wrote, or what is no message of this kind */
export function readLive(text: string): LiveChange | LiveSnapshot | null {
  const message = parse(text) as LiveChange | LiveSnapshot | null;
  return message?.v === LIVE_VERSION && (message.kind === 'change' || message.kind === 'snapshot') ? message : null;
}

/** @returns null as `readLive` */
export function readPulse(text: string): Pulse | null {
  const pulse = parse(text) as Pulse | null;
  return pulse?.v === LIVE_VERSION && typeof pulse.lagSeconds === 'number' ? pulse : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
