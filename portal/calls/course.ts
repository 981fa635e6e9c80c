import type { EventRow, SipMessageRow } from '@callscope/analytics/run/raw.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import { headerOf, type ReadMessage, readMessage, soundOf, tagOf, userOf } from './sip.ts';

/** What went on between two moments of a call; seconds after it began. */
export interface Phase {
  kind: 'wait' | 'ring' | 'talk' | 'hold';
  from: number;
  to: number;
}

/** One offer of the call to somebody. */
export interface CourseLeg {
  target: string;
  employee: string;
  result: CallResult;
  /** 0 = none was seen */
  code: number;
  from: number;
  /** null: it was not answered */
  answered: number | null;
  to: number;
}

/** Somebody handed the call on. */
export interface Handover {
  at: number;
  /** whom to, as the packets name them; '' when they do not say */
  target: string;
  /** false: the other side refused to */
  taken: boolean;
}

export interface Course {
  seconds: number;
  /** without gaps, in order */
  phases: Phase[];
  legs: CourseLeg[];
  handovers: Handover[];
}

type Called = Pick<CallRow, 'startedAt' | 'ringingAt' | 'answeredAt' | 'endedAt' | 'legs'>;

/**
 * The whole of a call on one axis. When it began, rang, was answered and ended the call itself says; that it was held or handed on
 * only packets and events tell, so where none are kept any more there is neither.
 */
export function courseOf(call: Called, messages: readonly SipMessageRow[], events: readonly EventRow[]): Course {
  const after = (us: number) => Math.max(0, Math.round((us - call.startedAt) / 1_000) / 1_000);
  const seconds = after(call.endedAt);
  const read = messages.map((row) => ({ row, said: readMessage(row.payload) }));
  const answered = call.answeredAt ? after(call.answeredAt) : null;
  const until = answered ?? seconds;
  const ringing = call.ringingAt ? Math.min(after(call.ringingAt), until) : until;
  const holds =
    answered === null ? [] : joined(holdsIn(read, events, call.endedAt).map(({ from, to }) => ({ from: after(from), to: after(to) })));
  const phases: Phase[] = [
    { kind: 'wait', from: 0, to: ringing },
    { kind: 'ring', from: ringing, to: until },
    ...(answered === null ? [] : talkWith(holds, answered, seconds)),
  ];
  return {
    seconds,
    phases: phases.filter(({ from, to }) => to > from),
    legs: legsOf(call).map((leg) => ({
      ...leg,
      from: after(leg.from),
      to: after(leg.to),
      answered: leg.answered === null ? null : after(leg.answered),
    })),
    handovers: handoversIn(read, events)
      .map((h) => ({ ...h, at: after(h.at) }))
      .filter(({ at }) => at <= seconds),
  };
}

interface Span {
  from: number;
  to: number;
}

/** Spans that overlap are one. */
function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else out.push({ ...span });
  }
  return out;
}

function talkWith(holds: readonly Span[], from: number, to: number): Phase[] {
  const phases: Phase[] = [];
  let at = from;
  for (const hold of holds) {
    const begins = Math.max(at, Math.min(hold.from, to));
    const ends = Math.max(begins, Math.min(hold.to, to));
    phases.push({ kind: 'talk', from: at, to: begins }, { kind: 'hold', from: begins, to: ends });
    at = ends;
  }
  phases.push({ kind: 'talk', from: at, to });
  return phases;
}

interface Read {
  row: SipMessageRow;
  said: ReadMessage;
}

const dialogOf = ({ said }: Read) => headerOf(said, 'call-id');
/** One transaction of a dialog, on whichever hop it was seen: method and number stay the same through a proxy. */
const turnOf = (m: Read) => `${dialogOf(m)} ${tagOf(headerOf(m.said, 'from'))} ${m.row.method} ${m.row.cseq}`;

/** µs. A side holds by an offer to send only, or nothing at all, that was accepted; it holds no more by its next other offer, or when the dialog ends. */
function holdsIn(read: readonly Read[], events: readonly EventRow[], endedAt: number): Span[] {
  const accepted = new Set<string>();
  const refused = new Set<string>();
  for (const m of read) {
    if (m.row.code >= 300) refused.add(turnOf(m));
    else if (m.row.code >= 200) accepted.add(turnOf(m));
  }
  const out: Span[] = [];
  const held = new Map<string, number>();
  const free = (who: string, at: number) => {
    const since = held.get(who);
    if (since !== undefined) out.push({ from: since, to: at });
    held.delete(who);
  };
  for (const m of read) {
    if (m.row.code !== 0) continue;
    if (m.row.method === 'BYE') for (const who of [...held.keys()]) if (who.startsWith(`${dialogOf(m)} `)) free(who, m.row.at);
    const isWithin = tagOf(headerOf(m.said, 'to')) !== '';
    if (!isWithin || !['INVITE', 'UPDATE'].includes(m.row.method) || (refused.has(turnOf(m)) && !accepted.has(turnOf(m)))) continue;
    const sound = soundOf(m.said.body);
    if (sound === null) continue;
    const who = `${dialogOf(m)} ${tagOf(headerOf(m.said, 'from'))}`;
    if (sound === 'sendonly' || sound === 'inactive') held.set(who, held.get(who) ?? m.row.at);
    else if (sound === 'sendrecv') free(who, m.row.at);
  }
  // what the edge does itself it may not trace
  for (const { at, method, body } of events) {
    if (method !== 'E_CALL_HOLD') continue;
    const { callid, leg, action, state } = paramsOf(body);
    if (state !== 'ok' && state !== undefined) continue;
    const who = `${String(callid)} event ${String(leg)}`;
    if (action === 'hold') held.set(who, held.get(who) ?? at);
    else free(who, at);
  }
  for (const who of [...held.keys()]) free(who, endedAt);
  return out.filter(({ from, to }) => to > from);
}

function handoversIn(read: readonly Read[], events: readonly EventRow[]): Handover[] {
  const out = new Map<string, Handover>();
  const answers = new Map<string, number>();
  for (const m of read) if (m.row.code >= 200) answers.set(turnOf(m), Math.max(answers.get(turnOf(m)) ?? 0, m.row.code));
  for (const m of read) {
    if (m.row.code !== 0) continue;
    const turn = turnOf(m);
    if (m.row.method === 'REFER' && !out.has(turn))
      out.set(turn, { at: m.row.at, target: userOf(headerOf(m.said, 'refer-to')), taken: (answers.get(turn) ?? 0) < 300 });
    // a pickup, or the last step of an attended transfer that no REFER told of
    const isFirst = tagOf(headerOf(m.said, 'to')) === '';
    if (m.row.method === 'INVITE' && isFirst && headerOf(m.said, 'replaces') !== '' && out.size === 0)
      out.set(turn, { at: m.row.at, target: userOf(headerOf(m.said, 'from')), taken: (answers.get(turn) ?? 0) < 300 });
  }
  for (const { at, method, body } of events) {
    if (method !== 'E_CALL_TRANSFER') continue;
    const { destination, state } = paramsOf(body);
    const target = userOf(String(destination ?? ''));
    const known = [...out.values()].some((h) => Math.abs(h.at - at) < SAME_US || (target !== '' && h.target === target));
    if (state === 'start' && !known) out.set(`event ${at}`, { at, target, taken: true });
  }
  return [...out.values()].sort((a, b) => a.at - b.at);
}

/** An event and the packet that it is of. µs */
const SAME_US = 2_000_000;

function paramsOf(body: string): Record<string, unknown> {
  return (JSON.parse(body) as { params?: Record<string, unknown> }).params ?? {};
}

/** Legs that begin within this of each other are rung together, not one after the other. µs */
const TOGETHER_US = 2_000_000;

/** A leg does not say when it ended: until it was answered, the next one was tried, or the call was over. One that answered talks until the next that did. */
function legsOf({ legs, answeredAt, endedAt }: Called): CourseLeg[] {
  return legs.map(({ target, employee, result, startedAt, sipCode }) => {
    const over = answeredAt || endedAt;
    const later = legs.filter((leg) => leg.startedAt > startedAt + TOGETHER_US);
    const shown = { target, employee, result, code: sipCode, from: startedAt };
    if (result === 'answered') {
      const next = later.filter((leg) => leg.result === 'answered').map((leg) => leg.startedAt);
      const took = Math.max(startedAt, startedAt <= answeredAt ? answeredAt : startedAt);
      return { ...shown, answered: took, to: Math.max(took, Math.min(endedAt, ...next)) };
    }
    // offered in the middle of a talk, by a transfer: until the next, or the end
    const until = startedAt >= over ? endedAt : over;
    return { ...shown, answered: null, to: Math.max(startedAt, Math.min(until, ...later.map((leg) => leg.startedAt))) };
  });
}
