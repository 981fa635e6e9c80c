import type { Freshness } from '@callscope/core/bus/freshness.ts';
import type { EndedCall, LiveCall, LivePhone } from '@callscope/core/bus/live.ts';
import type { LiveMessage } from './messages.ts';

/** Ended calls that are remembered for lists that show the newest. */
const MOST_ENDED = 200;

/** What a page knows from the live stream. Never changed in place: a new message gives a new state. */
export interface LiveState {
  /** false until the first snapshot: nothing is known, which is not the same as no calls */
  synced: boolean;
  /** in progress, by id, in order of start */
  calls: ReadonlyMap<string, LiveCall>;
  /** accounts whose registrations were seen, by address of record */
  phones: ReadonlyMap<string, LivePhone>;
  /** ended since the first snapshot, newest first; at most 200 */
  ended: readonly EndedCall[];
  /** how many ended since the first snapshot */
  endedCount: number;
  /** ids of written calls that changed with the last message that had any */
  revised: readonly string[];
  /** grows when lists that were read from REST should be read again: something may be missing in `ended` and `revised` */
  reloads: number;
  /** grows when cases of missed calls changed */
  caseChanges: number;
  /** grows when a call was told something, or what is recorded changed */
  told: number;
  freshness: Freshness | null;
}

export const EMPTY_LIVE: LiveState = {
  synced: false,
  calls: new Map(),
  phones: new Map(),
  ended: [],
  endedCount: 0,
  revised: [],
  reloads: 0,
  caseChanges: 0,
  told: 0,
  freshness: null,
};

/** The state after a message. Pure; a message applied twice changes nothing but counts that the server sent twice. */
export function applyLive(state: LiveState, message: LiveMessage): LiveState {
  switch (message.type) {
    case 'freshness': {
      const { type: _, ...freshness } = message;
      return { ...state, freshness };
    }
    case 'cases':
      return { ...state, caseChanges: state.caseChanges + 1 };
    case 'told':
      return { ...state, told: state.told + 1 };
    case 'snapshot':
      return {
        ...state,
        calls: inOrder(message.calls),
        phones: new Map((message.phones ?? []).map((p) => [p.aor, p])),
        synced: true,
        reloads: state.reloads + (state.synced ? 1 : 0),
      };
    case 'delta': {
      const known = new Set(state.ended.map((e) => e.id));
      const news = message.ended.filter((e) => !known.has(e.id));
      const over = new Set([...message.gone, ...message.ended.map((e) => e.id)]);
      const changed = message.calls.length > 0 || over.size > 0;
      // the same id ended and in progress again within a message: what is in progress is said last
      const kept = changed ? [...state.calls.values()].filter((c) => !over.has(c.id)) : [];
      return {
        ...state,
        calls: changed ? inOrder([...kept, ...message.calls]) : state.calls,
        phones: withPhones(state.phones, message.phones ?? [], message.phonesGone ?? []),
        ended: news.length > 0 ? [...news.reverse(), ...state.ended].slice(0, MOST_ENDED) : state.ended,
        endedCount: state.endedCount + message.endedCount - (message.ended.length - news.length),
        revised: message.revised.length > 0 ? message.revised : state.revised,
        reloads: state.reloads + (message.reload ? 1 : 0),
      };
    }
  }
}

function withPhones(known: ReadonlyMap<string, LivePhone>, changed: readonly LivePhone[], gone: readonly string[]) {
  if (changed.length + gone.length === 0) return known;
  const phones = new Map(known);
  for (const aor of gone) phones.delete(aor);
  for (const phone of changed) phones.set(phone.aor, phone);
  return phones;
}

/** By start, then id; the last of several with one id counts. */
function inOrder(calls: readonly LiveCall[]): Map<string, LiveCall> {
  const byId = new Map(calls.map((c) => [c.id, c]));
  return new Map([...byId].sort(([x, a], [y, b]) => a.startedAt - b.startedAt || (x < y ? -1 : 1)));
}

/** In progress for people: those whose end is known and whose row is on its way are over. */
export function inProgress(state: LiveState): LiveCall[] {
  return [...state.calls.values()].filter((c) => c.endedAt === 0);
}
