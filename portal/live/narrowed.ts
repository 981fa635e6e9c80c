import type { LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import { reachesEnded, reachesLive } from '@callscope/core/bus/reach.ts';
import type { Within } from '@callscope/core/domain/reach.ts';
import type { DeltaMessage } from '../src/live/messages.ts';

export interface LiveState {
  calls: LiveCall[];
  phones: LivePhone[];
}
export type Delta = Omit<DeltaMessage, 'type'>;

/** What a right that does not reach the whole company reaches of its live state. */
export interface LiveWithin extends Within {
  /** addresses of record of accounts whose phones are within */
  accounts: ReadonlySet<string>;
}

/** What one watcher is told instead of the whole company. */
export interface LivePart {
  /** id of the board whose screen the watcher is */
  readonly board?: string | null;
  snapshot(calls: readonly LiveCall[], phones: readonly LivePhone[]): LiveState;
  /** @returns null when nothing in it is for this watcher */
  delta(whole: Delta): Delta | null;
}

/**
 * One watcher's part of a company. It remembers what it showed: a call is over for whoever saw it ring, though its end no longer says
 * whom it was offered to, and one that was passed on to somebody out of reach leaves.
 */
export class Narrowed implements LivePart {
  readonly #within: LiveWithin;
  /** ids of calls that the watcher has */
  #shown = new Set<string>();

  constructor(within: LiveWithin) {
    this.#within = within;
  }

  snapshot(calls: readonly LiveCall[], phones: readonly LivePhone[]): LiveState {
    const within = calls.filter((call) => reachesLive(this.#within, call));
    this.#shown = new Set(within.map((call) => call.id));
    return { calls: within, phones: phones.filter((p) => this.#within.accounts.has(p.aor)) };
  }

  delta(whole: Delta): Delta | null {
    const calls = whole.calls.filter((call) => reachesLive(this.#within, call));
    const within = new Set(calls.map((call) => call.id));
    const left = whole.calls.map((call) => call.id).filter((id) => !within.has(id));
    const gone = [...whole.gone, ...left].filter((id) => this.#shown.has(id));
    const ended = whole.ended.filter((call) => this.#shown.has(call.id) || reachesEnded(this.#within, call));
    for (const id of within) this.#shown.add(id);
    for (const id of [...gone, ...ended.map((call) => call.id)]) this.#shown.delete(id);
    const phones = (whole.phones ?? []).filter((p) => this.#within.accounts.has(p.aor));
    const phonesGone = (whole.phonesGone ?? []).filter((aor) => this.#within.accounts.has(aor));
    // ids of calls that changed say nothing of whose they are: lists are read again instead
    const reload = whole.reload || whole.revised.length > 0;
    if (calls.length + gone.length + ended.length + phones.length + phonesGone.length === 0 && !reload) return null;
    return { calls, gone, ended, endedCount: ended.length, revised: [], reload, phones, phonesGone };
  }
}
