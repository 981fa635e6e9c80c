import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import type { CallSource, HangupBy } from '@callscope/core/domain/call.ts';
import { resultOf } from '@callscope/core/domain/result.ts';
import { isCopy } from './copy.ts';
import { microseconds } from '../decode/event.ts';
import { eventSide } from './event-side.ts';
import { type SideLeg, sipSide } from './sip-side.ts';

/** A leg with its target as the edge named it, domain included. */
export interface DraftLeg {
  target: string;
  startedAt: number;
  rang: boolean;
  sipCode: number;
}

/** A call before any directory is asked. Times in µs at the edge, 0 = did not happen. */
export interface CallDraft {
  edgeTenant: string;
  direction: 'in' | 'out' | 'internal' | '';
  fromUser: string;
  fromHost: string;
  dialled: string;
  dialledHost: string;
  did: string;
  shownNumber: string;
  answeredBy: string;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
  sipCode: number;
  hangupBy: HangupBy | '';
  recordRule: string;
  source: CallSource;
  legs: DraftLeg[];
}

export interface SecurityEvent {
  /** INVITE or REGISTER: what was tried with a wrong password */
  what: string;
  user: string;
  domain: string;
  source: string;
  /** µs */
  at: number;
}

/** How the end became known; null = the call goes on as far as anybody said. */
export type End = 'cdr' | 'event' | 'missed' | 'hep' | null;

export type Folded =
  | { kind: 'call'; draft: CallDraft; end: End }
  | { kind: 'security'; security: SecurityEvent }
  | { kind: 'nothing' };

/**
 * The facts of one dialog, in any order and with any repetition, as one call. Where events and packets both speak, the
 * event is taken and packets fill what it leaves out, so the row does not depend on which came first.
 * @param closeAt µs: when the dialog has no end of its own, it is closed here (`source: rule`)
 */
export function foldCall(facts: readonly Fact[], closeAt: number): Folded {
  const sorted = withoutCopies(facts);
  const sip = sipSide(sorted.filter((f): f is SipFact => f.kind === 'sip'));
  const events = eventSide(sorted.filter((f): f is EventFact => f.kind === 'event'));

  if (!events.seen && (events.auth || (sip.seen && sip.challenged))) {
    const security = events.auth ?? { what: 'INVITE', user: sip.fromUser, domain: sip.fromHost, source: sip.source, at: sip.startedAt };
    return { kind: 'security', security };
  }
  if (!sip.seen && !(events.seen && (events.startedAt > 0 || events.end !== ''))) return { kind: 'nothing' };

  const startedAt = events.startedAt || sip.startedAt;
  const answeredAt = events.answeredAt || sip.answeredAt;
  const ringingAt = events.ringingAt || sip.ringingAt;
  const sipEnded = sip.endedAt > 0 && (answeredAt === 0 || sip.bye !== '');
  const end: End = events.end === 'cdr' || events.end === 'event' ? events.end : sipEnded ? 'hep' : events.end === 'missed' ? 'missed' : null;
  let endedAt = events.end === 'cdr' || events.end === 'event' ? events.endedAt : sipEnded ? sip.endedAt : events.endedAt;
  if (end === null) endedAt = closeAt;
  endedAt = Math.max(endedAt, answeredAt, ringingAt, startedAt);

  const legs = finishLegs(mergeLegs(events.legs, sip.legs), answeredAt > 0, end !== null);
  const answeredLeg = legs.find((l) => l.sipCode >= 200 && l.sipCode < 300);
  const cancelled = events.cancelledByCaller || sip.cancelled;
  const sipCode = answeredAt > 0 ? 200 : events.finalCode || sip.finalCode || (cancelled ? 487 : 0);
  const draft: CallDraft = {
    edgeTenant: events.tenant,
    direction: events.direction,
    fromUser: events.src || sip.fromUser,
    fromHost: sip.fromHost,
    dialled: events.dst || sip.dialled,
    dialledHost: sip.dialledHost,
    did: events.did,
    shownNumber: sip.shownNumber,
    answeredBy: answeredAt > 0 ? events.answeredBy || answeredLeg?.target || '' : '',
    startedAt,
    ringingAt: ringingAt > 0 && answeredAt > 0 ? Math.min(ringingAt, answeredAt) : ringingAt,
    answeredAt,
    endedAt,
    sipCode,
    hangupBy: hangupOf(),
    recordRule: events.recordRule,
    source: end === null ? 'rule' : end === 'hep' ? 'hep' : 'events',
    legs,
  };
  return { kind: 'call', draft, end };

  function hangupOf(): HangupBy | '' {
    if (answeredAt > 0) return (end === null ? 'system' : events.hangupBy || sip.bye) || 'system';
    return cancelled ? 'caller' : '';
  }
}

/** Legs of one target in order of time are the same legs in both sources. */
function mergeLegs(fromEvents: readonly SideLeg[], fromSip: readonly SideLeg[]): SideLeg[] {
  const user = (target: string) => target.split('@')[0] ?? '';
  const spare = new Map<string, SideLeg[]>();
  for (const leg of byStart(fromSip)) spare.set(user(leg.target), [...(spare.get(user(leg.target)) ?? []), leg]);
  const merged = byStart(fromEvents).map((leg): SideLeg => {
    const other = spare.get(user(leg.target))?.shift();
    return { target: leg.target, startedAt: leg.startedAt, ringingAt: leg.ringingAt || (other?.ringingAt ?? 0), code: leg.code || (other?.code ?? 0) };
  });
  return byStart([...merged, ...[...spare.values()].flat()]);
}

function byStart(legs: readonly SideLeg[]): SideLeg[] {
  return [...legs].sort((a, b) => a.startedAt - b.startedAt || (a.target < b.target ? -1 : 1));
}

/** A leg without a final answer of a call that is over was cancelled: another one answered, or the caller gave up (RFC 3261, 9). */
function finishLegs(legs: readonly SideLeg[], answered: boolean, over: boolean): DraftLeg[] {
  return legs.map(({ target, startedAt, ringingAt, code }) => ({
    target,
    startedAt,
    rang: ringingAt > 0 || code === 200,
    sipCode: code || (answered || over ? 487 : 0),
  }));
}

/** What a leg came to, by the same rule as a call. */
export function legResult(leg: DraftLeg): ReturnType<typeof resultOf> {
  return resultOf(leg.sipCode, leg.rang);
}

/** Sorted by time, events before packets, then content: order and repetition of what came in are gone. */
function withoutCopies(facts: readonly Fact[]): Fact[] {
  const sorted = facts.filter((f) => f.kind !== 'activity').sort(compareFacts);
  const out: Fact[] = [];
  for (const fact of sorted) {
    let copy = false;
    for (let i = out.length - 1; i >= 0 && !copy; i--) {
      const known = out[i] as Fact;
      if (fact.at - known.at > 100_000) break;
      copy = isCopy(known, fact);
    }
    if (!copy) out.push(fact);
  }
  return out;
}

function compareFacts(a: Fact, b: Fact): number {
  if (a.at !== b.at) return a.at - b.at;
  const x = contentOf(a);
  const y = contentOf(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function contentOf(f: Fact): string {
  if (f.kind === 'sip') return `2 ${f.cseq} ${f.method} ${String(f.code).padStart(3, '0')} ${f.src} ${f.dst} ${f.branch}`;
  if (f.kind === 'event') return `1 ${f.method} ${JSON.stringify(Object.entries(f.params).sort(([x], [y]) => (x < y ? -1 : 1)))}`;
  return '3';
}

/** How much earlier an event of a dialog may be than its INVITE's capture. */
const SLACK_US = 500_000;

/**
 * A Call-ID used again after its dialog ended: the facts of each dialog apart, in order. A dialog is known by the
 * caller's From tag; events that carry none go by time.
 */
export function splitDialogs(facts: readonly Fact[]): Fact[][] {
  const starts = new Map<string, number>();
  const note = (tag: string, at: number) => starts.set(tag, Math.min(starts.get(tag) ?? Number.POSITIVE_INFINITY, at));
  for (const f of facts) {
    if (f.kind === 'sip' && f.method === 'INVITE' && f.code === 0 && f.toTag === '') note(f.fromTag, f.at);
    else if (f.kind === 'event' && f.method.startsWith('E_ACC_') && typeof f.params.from_tag === 'string') {
      note(f.params.from_tag, microseconds(f.params.ts_invite) || f.at);
    }
  }
  if (starts.size <= 1) return [[...facts]];
  const ends = facts.filter(isEnd).map((f) => f.at).sort((a, b) => a - b);
  const ordered = [...starts].sort((a, b) => a[1] - b[1]);
  const begins: number[] = [];
  const groupOfTag = new Map<string, number>();
  for (const [tag, at] of ordered) {
    const previous = begins.at(-1);
    const ended = previous === undefined || ends.some((e) => e >= previous && e <= at);
    if (ended) begins.push(at);
    groupOfTag.set(tag, begins.length - 1);
  }
  const groups: Fact[][] = begins.map(() => []);
  for (const f of facts) {
    const tag = f.kind === 'sip' ? (groupOfTag.get(f.fromTag) ?? groupOfTag.get(f.toTag)) : f.kind === 'event' ? groupOfTag.get(String(f.params.from_tag ?? '')) : undefined;
    let group = tag ?? 0;
    if (tag === undefined) for (let i = 1; i < begins.length; i++) if (f.at >= (begins[i] as number) - SLACK_US) group = i;
    groups[group]?.push(f);
  }
  return groups;
}

function isEnd(f: Fact): boolean {
  if (f.kind === 'sip') return (f.method === 'BYE' && f.code === 0) || (f.method === 'INVITE' && f.code >= 300);
  if (f.kind === 'event') return f.method === 'E_ACC_CDR' || (f.method === 'E_PBX_CALL' && (f.params.state === 'ended' || f.params.state === 'failed'));
  return false;
}
