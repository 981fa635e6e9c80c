import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import type { CallSource, HangupBy } from '@callscope/core/domain/call.ts';
import { resultOf } from '@callscope/core/domain/result.ts';
import { microseconds } from '../decode/event.ts';
import { isCopy } from './copy.ts';
import { type EventSide, eventSide } from './event-side.ts';
import { HOPS_US, isChallenge, type SideLeg, type SipSide, sipSide } from './sip-side.ts';

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
  trunk: string;
  source: CallSource;
  /** the edge says that a queue answered: its answer is waiting, not talk */
  isQueue: boolean;
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

export type Folded = { kind: 'call'; draft: CallDraft; end: End } | { kind: 'security'; security: SecurityEvent } | { kind: 'nothing' };

/**
 * The facts of one dialog, in any order and with any repetition, as one call. Where events and packets both speak, the
 * event is taken and packets fill what it leaves out, so the row does not depend on which came first.
 * @param closeAt µs: last sign of life (RTCP included) of a dialog that has no end of its own; it is closed there, or at
 * its last fact when that is later (`source: rule`)
 */
export function foldCall(facts: readonly Fact[], closeAt: number): Folded {
  const sorted = withoutCopies(facts);
  const sip = sipSide(sorted.filter((f): f is SipFact => f.kind === 'sip'));
  const events = eventSide(sorted.filter((f): f is EventFact => f.kind === 'event'));

  if (!events.seen && sip.answeredAt === 0 && sip.finalCode === 0 && (events.auth || sip.challenged)) {
    const security = events.auth ?? { what: 'INVITE', user: sip.fromUser, domain: sip.fromHost, source: sip.source, at: sip.startedAt };
    return { kind: 'security', security };
  }
  const startedAt =
    exact(events.startedAt, sip.startedAt) ||
    events.coarse.startedAt ||
    (events.end === '' && events.answeredAt === 0 ? 0 : events.firstAt);
  if (startedAt === 0) return { kind: 'nothing' };

  const answeredAt = atLeast(startedAt, exact(events.answeredAt, sip.answeredAt) || events.coarse.answeredAt);
  const answered = answeredAt > 0;
  const ringingAt = atLeast(
    startedAt,
    events.ringingAt > 0
      ? firstOf(exact(events.ringingAt, sip.ringingAt), sip.ringingAt)
      : earliest(exact(events.legRangAt, sip.ringingAt), sip.ringingAt),
  );
  const end = endOf(events, sip, answered);
  const toldEnd =
    events.end === 'missed'
      ? sip.endedAt || events.endedAt
      : events.endedAt || sip.endedAt || (events.talk > 0 ? answeredAt + events.talk : 0);
  const endedAt = Math.max(end === null ? Math.max(closeAt, sorted.at(-1)?.at ?? 0) : toldEnd, answeredAt, ringingAt, startedAt);

  // a record of a missed leg may speak of an earlier target than the answer that reached the caller
  const failure = events.end === 'missed' ? sip.finalCode || events.finalCode : events.finalCode || sip.finalCode;
  const finalCode = answered ? 200 : failure || (sip.cancelled ? 487 : 0);
  const legs = finishLegs(mergeLegs(events.legs, sip.legs), answered, answered || end !== null, events.answeredBy);
  const draft: CallDraft = {
    edgeTenant: events.tenant,
    direction: events.direction,
    fromUser: events.src || sip.fromUser,
    fromHost: sip.fromHost,
    dialled: events.dst || sip.dialled,
    dialledHost: sip.dialledHost,
    did: events.did,
    shownNumber: sip.shownNumber,
    answeredBy: answered ? events.answeredBy || legs.find((l) => isSuccess(l.sipCode))?.target || '' : '',
    startedAt,
    ringingAt: answered ? Math.min(ringingAt, answeredAt) : ringingAt,
    answeredAt,
    endedAt,
    sipCode: finalCode,
    hangupBy: hangupOf(),
    recordRule: events.recordRule,
    trunk: events.trunk,
    source: end === null ? 'rule' : end === 'hep' ? 'hep' : 'events',
    isQueue: events.isQueue,
    legs,
  };
  return { kind: 'call', draft, end };

  function hangupOf(): HangupBy | '' {
    if (answered) return (end === null ? '' : events.hangupBy || sip.bye) || 'system';
    // a proxy answers 487 to the caller because the caller sent CANCEL (RFC 3261, 9.2), unless the script knows otherwise
    return finalCode === 487 && (events.end !== 'event' || events.cancelledByCaller) ? 'caller' : '';
  }
}

/**
 * The event's time, else the packet's. OpenSIPS takes the seconds of `$Ts` from a clock that is a tick behind that of its
 * microseconds: right after the turn of a second an event is one second early, and packets know better.
 */
function exact(event: number, packet: number): number {
  const isEarly = event > 0 && packet > 0 && event % 1_000_000 < HOPS_US && Math.abs(packet - event - 1_000_000) < HOPS_US;
  return isEarly ? packet : event || packet;
}

/** Of what may happen several times the first, whichever side lost it. */
function firstOf(event: number, packet: number): number {
  return packet > 0 && (event === 0 || packet + HOPS_US < event) ? packet : event;
}

/** A leg's ringing may be another phone's than the one of the packet: the first counts, however close they are; 0 = not seen */
const earliest = (leg: number, packet: number) => (leg > 0 && packet > 0 ? Math.min(leg, packet) : leg || packet);

const atLeast = (least: number, at: number) => (at === 0 ? 0 : Math.max(least, at));
const isSuccess = (code: number) => code >= 200 && code < 300;

function endOf(events: EventSide, sip: SipSide, answered: boolean): End {
  if (events.end === 'cdr' || events.end === 'event') return events.end;
  const sipEnded = sip.endedAt > 0 && (!answered || sip.bye !== '');
  if (events.end === 'missed' && !answered) {
    // packets may show that the script went on to another target
    const goesOn = !sipEnded && sip.legs.some((l) => l.code === 0 && l.startedAt >= events.missedAt);
    return goesOn ? null : 'missed';
  }
  return sipEnded ? 'hep' : null;
}

const userOf = (target: string) => target.split('@')[0] ?? '';

/**
 * One leg as both sources saw it: the same user, nearest in time; else the same branch of the proxy's transaction, for
 * phones whose contact is not named after their extension.
 */
function mergeLegs(fromEvents: readonly SideLeg[], fromSip: readonly SideLeg[]): SideLeg[] {
  const spare = byStart(fromSip);
  const take = (wanted: SideLeg, isSame: (l: SideLeg) => boolean): SideLeg | undefined => {
    let best = -1;
    spare.forEach((l, i) => {
      const known = spare[best];
      if (isSame(l) && (known === undefined || Math.abs(l.startedAt - wanted.startedAt) < Math.abs(known.startedAt - wanted.startedAt)))
        best = i;
    });
    return best < 0 ? undefined : spare.splice(best, 1)[0];
  };
  const told = byStart(fromEvents);
  const pairs = new Map(told.map((leg) => [leg, take(leg, (l) => userOf(l.target) === userOf(leg.target))]));
  for (const leg of told)
    if (!pairs.get(leg) && leg.branch !== '')
      pairs.set(
        leg,
        take(leg, (l) => l.branch === leg.branch),
      );
  const merged = told.map((leg): SideLeg => {
    const other = pairs.get(leg);
    return other
      ? { ...leg, ringingAt: leg.ringingAt || other.ringingAt, code: leg.code || other.code, endedAt: leg.endedAt || other.endedAt }
      : leg;
  });
  return byStart([...merged, ...spare]);
}

function byStart(legs: readonly SideLeg[]): SideLeg[] {
  return [...legs].sort((a, b) => a.startedAt - b.startedAt || compareText(a.target, b.target) || compareText(a.branch, b.branch));
}

/**
 * A leg without a final answer of a call that is answered or over was cancelled: another one answered, or the caller gave
 * up (RFC 3261, 9). Unless it must be the one that answered.
 */
function finishLegs(legs: readonly SideLeg[], answered: boolean, settled: boolean, answeredBy: string): DraftLeg[] {
  let taker: SideLeg | undefined;
  if (answered && !legs.some((l) => isSuccess(l.code))) {
    const open = legs.filter((l) => l.code === 0);
    taker =
      open.findLast((l) => answeredBy !== '' && userOf(l.target) === userOf(answeredBy)) ??
      (answeredBy === '' && open.length === 1 ? open[0] : undefined);
  }
  return legs.map((leg) => ({
    target: leg.target,
    startedAt: leg.startedAt,
    rang: leg.ringingAt > 0,
    sipCode: leg === taker ? 200 : leg.code || (settled ? 487 : 0),
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
  return a.at - b.at || compareText(contentOf(a), contentOf(b));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function contentOf(f: Fact): string {
  if (f.kind === 'sip')
    return `2 ${f.cseq} ${f.method} ${String(f.code).padStart(3, '0')} ${f.src} ${f.dst} ${f.branch} ${f.fromTag} ${f.toTag} ${f.hash}`;
  if (f.kind === 'event') return `1 ${f.method} ${JSON.stringify(Object.entries(f.params).sort(([x], [y]) => compareText(x, y)))}`;
  return '3';
}

/** A dialog by its caller's From tag. */
interface Attempt {
  tag: string;
  at: number;
  /** where its first INVITE came from; '' when only events were seen */
  source: string;
  /** times of its ends that carry the tag */
  ends: number[];
}

/**
 * A Call-ID used again after its dialog ended: the facts of each dialog apart, in order. A dialog is known by the
 * caller's From tag; events that carry none go by time. Another tag before the end of the dialog (a border controller
 * that keeps the Call-ID on its other side) belongs to it.
 */
export function splitDialogs(facts: readonly Fact[]): Fact[][] {
  const attempts = new Map<string, Attempt>();
  for (const f of facts) {
    let tag = '';
    let at = f.at;
    let source = '';
    if (f.kind === 'sip' && f.method === 'INVITE' && f.code === 0 && f.toTag === '') {
      tag = f.fromTag;
      source = f.src;
    } else if (f.kind === 'event' && f.method.startsWith('E_ACC_')) {
      tag = String(f.params.from_tag ?? '');
      at = microseconds(f.params.ts_invite) || f.at;
    }
    if (tag === '') continue;
    const known = attempts.get(tag);
    if (!known) attempts.set(tag, { tag, at, source, ends: [] });
    else {
      if (source !== '' && (known.source === '' || at < known.at)) known.source = source;
      known.at = Math.min(known.at, at);
    }
  }
  if (attempts.size <= 1) return [[...facts]];

  const endsByTime: number[] = [];
  for (const f of facts) {
    if (f.kind === 'sip') {
      const attempt = attempts.get(f.fromTag) ?? attempts.get(f.toTag);
      const isBye = f.method === 'BYE' && f.code === 0;
      const isFinal = f.method === 'INVITE' && f.code >= 300 && !isChallenge(f.code) && f.dst === attempt?.source;
      if (isBye || isFinal) attempt?.ends.push(f.at);
    } else if (f.kind === 'event') {
      if (f.method === 'E_ACC_CDR') attempts.get(String(f.params.from_tag ?? ''))?.ends.push(f.at);
      else if (isScriptEnd(f)) endsByTime.push(f.at);
    }
  }
  const begins: number[] = [];
  const groupOfTag = new Map<string, number>();
  let ends: number[] = [];
  for (const attempt of [...attempts.values()].sort((a, b) => a.at - b.at || compareText(a.tag, b.tag))) {
    const previous = begins.at(-1);
    if (previous === undefined || [...ends, ...endsByTime].some((e) => e >= previous && e <= attempt.at)) {
      begins.push(attempt.at);
      ends = [];
    }
    ends.push(...attempt.ends);
    groupOfTag.set(attempt.tag, begins.length - 1);
  }

  const groups: Fact[][] = begins.map(() => []);
  for (const f of facts) {
    const tag =
      f.kind === 'sip'
        ? (groupOfTag.get(f.fromTag) ?? groupOfTag.get(f.toTag))
        : f.kind === 'event'
          ? groupOfTag.get(String(f.params.from_tag ?? ''))
          : undefined;
    groups[tag ?? groupAt(f, begins)]?.push(f);
  }
  return groups;
}

/** A start belongs to the INVITE nearest to it, everything else to the dialog that had begun by then. */
function groupAt(f: Fact, begins: readonly number[]): number {
  const isStart = f.kind === 'event' && f.method === 'E_PBX_CALL' && f.params.state === 'start';
  let group = 0;
  begins.forEach((at, i) => {
    if (isStart ? Math.abs(f.at - at) < Math.abs(f.at - (begins[group] as number)) : f.at >= at) group = i;
  });
  return group;
}

function isScriptEnd(f: EventFact): boolean {
  return f.method === 'E_PBX_CALL' && (f.params.state === 'ended' || f.params.state === 'failed');
}
