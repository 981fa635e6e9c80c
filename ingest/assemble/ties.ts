import type { Fact } from '@callscope/core/bus/facts.ts';
import type { CallDraft } from './fold.ts';

/**
 * How one dialog came out of another:
 * `transfer` a referred party's new call (REFER, RFC 3515) · `replaces` an INVITE that takes a place in a dialog: attended
 * transfer, pickup (RFC 3891) · `consult` the call that a transfer with Replaces ends · `forward` sent on by a party with a
 * Call-ID of its own (Diversion, History-Info) · `offer` a queue's or script's attempt to reach somebody for the caller ·
 * `destination` the call that a fetched employee is connected to (callback, click-to-call) · `same` whatever the edge or
 * the capture agent says is one call
 */
export type Tie = 'transfer' | 'replaces' | 'consult' | 'forward' | 'offer' | 'destination' | 'same';

/** A new INVITE of the referred party later than this is a call of its own (contract: /calls). µs */
const REFER_WINDOW_US = 10_000_000;
/** clocks of two hops, and an INVITE that overtakes its REFER */
const SLACK_US = 1_000_000;
/** A party that sends a call on does it while it rings, or right after it refused. µs */
const FORWARD_WINDOW_US = 5_000_000;

/** What one dialog's facts say about others. */
export interface Traces {
  /** Call-IDs named outright: `out`, what it came out of; `into`, what came out of it */
  out: { callId: string; tie: Tie }[];
  into: { callId: string; tie: Tie }[];
  refers: { at: number; target: string; by: string }[];
  referredBy: string;
  divertedBy: string;
  /** companies that events name */
  tenants: Set<string>;
  /** domains of its own requests */
  hosts: Set<string>;
  /** everybody who took part or was asked to */
  parties: Set<string>;
}

/** A dialog as ties are looked for. */
export interface TracedDialog {
  callId: string;
  traces: Traces;
  draft: CallDraft;
  /** whose it is, by events or else by directories; empty: nobody knows */
  companies: ReadonlySet<string>;
  /** µs; Infinity while it goes on */
  until: number;
}

const ROLES: Record<string, Tie> = { offer: 'offer', destination: 'destination', forward: 'forward', transfer: 'transfer' };

const PLUS = 43;

/** Someone as two dialogs may write them: without domain and plus; of outside numbers the end, which every spelling has. */
export function partyKey(target: string): string {
  const at = target.indexOf('@');
  let from = target.startsWith('sip:') ? 4 : target.startsWith('sips:') ? 5 : 0;
  if (target.charCodeAt(from) === PLUS) from++;
  const user = target.slice(from, at < 0 ? target.length : at);
  return user.length > 9 && /^\d+$/.test(user) ? user.slice(-9) : user;
}

/** Call-IDs that a fact names beside its own; what they are for is in `tracesOf`. */
export function namedCallIds(fact: Fact): string[] {
  if (fact.kind === 'sip') {
    const { replaces, correlation } = fact;
    if (replaces === '' && correlation === '') return NONE;
    return [replaces, correlation].filter((id) => id !== '' && id !== fact.callId);
  }
  if (fact.kind !== 'event') return NONE;
  const named = fact.method === 'E_CALL_TRANSFER' ? fact.params.transfer_callid : fact.params.conversation;
  return typeof named === 'string' && named !== '' && named !== fact.callId ? [named] : NONE;
}
const NONE: string[] = [];

/** Whether a fact can tie its Call-ID to one that it does not name: who sent a call on, or was sent. */
export function seeks(fact: Fact): boolean {
  if (fact.kind !== 'sip' || fact.code !== 0) return false;
  if (fact.method === 'REFER') return fact.referTo !== '' && fact.replaces === '';
  return fact.method === 'INVITE' && fact.toTag === '' && (fact.referredBy !== '' || fact.divertedBy !== '');
}

/** Parties that a fact brings to its dialog. */
export function partiesOf(fact: Fact): string[] {
  if (fact.kind === 'sip') {
    if (fact.method !== 'INVITE' || fact.code !== 0 || fact.toTag !== '') return NONE;
    return [partyKey(fact.fromUser), partyKey(fact.uriUser)].filter((p) => p !== '');
  }
  if (fact.kind !== 'event') return NONE;
  const { src, dst, leg, answered_by } = fact.params;
  const out: string[] = [];
  for (const value of [src, dst, leg, answered_by]) if (value) out.push(partyKey(String(value)));
  return out;
}

export function tracesOf(facts: readonly Fact[]): Traces {
  const traces: Traces = {
    out: [],
    into: [],
    refers: [],
    referredBy: '',
    divertedBy: '',
    tenants: new Set(),
    hosts: new Set(),
    parties: new Set(),
  };
  for (const fact of facts) {
    for (const party of partiesOf(fact)) traces.parties.add(party);
    if (fact.kind === 'event') {
      const { tenant, conversation, role, transfer_callid } = fact.params;
      if (tenant) traces.tenants.add(String(tenant));
      if (fact.method === 'E_CALL_TRANSFER') {
        if (transfer_callid && transfer_callid !== fact.callId) traces.into.push({ callId: String(transfer_callid), tie: 'transfer' });
      } else if (conversation && conversation !== fact.callId)
        traces.out.push({ callId: String(conversation), tie: ROLES[String(role ?? '')] ?? 'same' });
    } else if (fact.kind === 'sip' && fact.code === 0) {
      const { method, toTag, replaces, correlation } = fact;
      if (method === 'REFER') {
        if (replaces !== '') traces.into.push({ callId: replaces, tie: 'consult' });
        traces.refers.push({ at: fact.at, target: partyKey(fact.referTo), by: partyKey(fact.fromUser) });
      } else if (method === 'INVITE' && toTag === '') {
        traces.hosts.add(fact.fromHost).add(fact.uriHost);
        traces.referredBy ||= partyKey(fact.referredBy);
        traces.divertedBy ||= partyKey(fact.divertedBy);
        if (replaces !== '') traces.out.push({ callId: replaces, tie: 'replaces' });
      }
      if (correlation !== '') traces.out.push({ callId: correlation, tie: 'same' });
    }
  }
  return traces;
}

/** How one dialog came out of another, and how that is known. */
export interface Tied {
  tie: Tie;
  /** `named` outright, told by the REFER of the dialog that was referred, or only likely by the `people` in both */
  by: 'named' | 'refer' | 'people';
}

/** How dialog `b` came out of dialog `a`; null: as far as anybody said, it did not. */
export function tieOf(a: TracedDialog, b: TracedDialog): Tied | null {
  const named = b.traces.out.find((t) => t.callId === a.callId) ?? a.traces.into.find((t) => t.callId === b.callId);
  // whoever dials can put anybody's Call-ID into a header: what events say of the company has the last word
  if (areOfOthers(a, b)) return null;
  if (named) return { tie: named.tie, by: 'named' };
  // an id that belongs to neither: what is correlated with the same thing is one call, the earlier dialog first
  if (isFirst(a, b) && a.traces.out.some((x) => x.tie === 'same' && b.traces.out.some((y) => y.tie === 'same' && y.callId === x.callId)))
    return { tie: 'same', by: 'named' };
  if (!mayBelongTogether(a, b)) return null;
  const caller = partyKey(b.draft.fromUser);
  const { startedAt } = b.draft;
  if (caller === '' || !a.traces.parties.has(caller) || startedAt + SLACK_US < a.draft.startedAt) return null;
  const dialled = partyKey(b.draft.dialled);
  for (const { at, target, by } of a.traces.refers)
    if (target === dialled && by !== caller && startedAt >= at - SLACK_US && startedAt <= at + REFER_WINDOW_US)
      return { tie: 'transfer', by: 'refer' };
  const { referredBy, divertedBy } = b.traces;
  if (referredBy !== '' && referredBy !== caller && a.traces.parties.has(referredBy) && startedAt <= a.until + REFER_WINDOW_US)
    return { tie: 'transfer', by: 'people' };
  // a phone that sends a call on while it rings, or as it refuses it: in the caller's name or in its own
  const inTime = startedAt <= a.until + FORWARD_WINDOW_US && (a.draft.answeredAt === 0 || startedAt <= a.draft.answeredAt + SLACK_US);
  if (divertedBy !== '' && a.traces.parties.has(divertedBy) && inTime && [partyKey(a.draft.fromUser), divertedBy].includes(caller))
    return { tie: 'forward', by: 'people' };
  return null;
}

/** Of all dialogs under some Call-IDs: when they and what may come out of them begin, and whom they name. */
export interface Reach {
  callIds: ReadonlySet<string>;
  /** Call-IDs that they name outright */
  names: ReadonlySet<string>;
  /** µs: first and last start; Infinity and 0 when there is no dialog */
  firstStart: number;
  lastStart: number;
  /** µs: what people alone tie to one of them begins by then */
  until: number;
}

export function reachOf(callIds: readonly string[], dialogs: readonly Pick<TracedDialog, 'draft' | 'traces' | 'until'>[]): Reach {
  const names = new Set<string>();
  const reach = { callIds: new Set(callIds), names, firstStart: Number.POSITIVE_INFINITY, lastStart: 0, until: 0 };
  for (const { draft, traces, until } of dialogs) {
    for (const { callId } of [...traces.out, ...traces.into]) names.add(callId);
    reach.firstStart = Math.min(reach.firstStart, draft.startedAt);
    reach.lastStart = Math.max(reach.lastStart, draft.startedAt);
    const last = Math.max(until, ...traces.refers.map((r) => r.at));
    reach.until = Math.max(reach.until, last + Math.max(REFER_WINDOW_US, FORWARD_WINDOW_US));
  }
  return reach;
}

/** Whether `tieOf` could find anything between them: the same people talk all day, and each of their calls is asked for with each other. */
export function areWithinReach(a: Reach, b: Reach): boolean {
  const follows = (later: Reach, earlier: Reach) => later.lastStart + SLACK_US >= earlier.firstStart && later.firstStart <= earlier.until;
  return follows(a, b) || follows(b, a) || overlap(a.names, b.callIds) || overlap(b.names, a.callIds) || overlap(a.names, b.names);
}

function areOfOthers(a: TracedDialog, b: TracedDialog): boolean {
  return a.companies.size > 0 && b.companies.size > 0 && !overlap(a.companies, b.companies);
}

/**
 * Extension 101 is somebody else in every company. Of a call between two companies nobody can tell whose 101 it had; where
 * nobody knows the company, a domain must be the same.
 */
function mayBelongTogether(a: TracedDialog, b: TracedDialog): boolean {
  if (a.companies.size > 1 || b.companies.size > 1) return false;
  return overlap(a.companies, b.companies) || overlap(a.traces.hosts, b.traces.hosts);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const x of a) if (b.has(x)) return true;
  return false;
}

function isFirst(a: TracedDialog, b: TracedDialog): boolean {
  return a.draft.startedAt < b.draft.startedAt || (a.draft.startedAt === b.draft.startedAt && a.callId < b.callId);
}
