import type { Fact } from '@callscope/core/bus/facts.ts';
import type { End } from './fold.ts';

/**
 * When a conversation is due, in stream time (ms). Only a summary is kept per conversation, so that a fact costs
 * nothing; whether it has really ended is for the fold to say when it is looked at.
 */
export interface SettleState {
  eventsSeen: boolean;
  /** arrival of the last CDR (a Call-ID may be used again); 0 = none. Likewise below. */
  cdrAt: number;
  /** last `ended` or `failed` */
  eventEndAt: number;
  missedAt: number;
  /** last BYE, CANCEL or final answer above 299 among the packets */
  hepEndAt: number;
  /** first answer since an end was told of */
  answeredAt: number;
  /** last REFER: the call may go on under another Call-ID */
  referAt: number;
  /** last arrival of anything, RTCP included */
  lastAt: number;
  /** latest time of any fact at the edge, µs */
  lastEdgeAt: number;
  /** looked at, and not over: what was due then is done with */
  lookedAt: number;
}

export interface SettleRules {
  /** an answered dialog without a sign of life is closed this long after its answer, ms (OpenSIPS: dialog, default_timeout) */
  dialogLimitMs: number;
}

/** After the CDR nothing is missing. */
const CDR_MS = 0;
/** `ended` or `failed`: the CDR may be on its way. */
const EVENT_MS = 300;
/** A missed event alone: the script may forward the call; counted from the last arrival. */
const MISSED_MS = 3_000;
/** Packets only: the last of them cross the two hops. */
const HEP_MS = 1_500;
/** Packets say that it ended, and events that had been coming do not. */
const EVENTS_GONE_MS = 10_000;
/** Nothing but a refused attempt: the INVITE with the password may be overtaken, and what was said of an attack stays said. */
const SECURITY_MS = 5_000;
/** Unanswered and silent: timer C of a proxy is at least 3 min (RFC 3261, 16.6). */
const RINGING_SILENCE_MS = 200_000;
/** Answered and silent in both ways. */
const TALK_SILENCE_MS = 900_000;
/** A referred party calls within this time, if at all (contract: /calls); and what it calls must be seen. */
const REFER_MS = 10_000;
/** What comes after a conversation was written is looked at together. */
export const LATE_MS = 1_500;

export function newSettleState(): SettleState {
  return {
    eventsSeen: false,
    cdrAt: 0,
    eventEndAt: 0,
    missedAt: 0,
    hepEndAt: 0,
    answeredAt: 0,
    referAt: 0,
    lastAt: 0,
    lastEdgeAt: 0,
    lookedAt: 0,
  };
}

/** @param arrivedMs stream time of the message that carried the fact */
export function noteFact(s: SettleState, fact: Fact, arrivedMs: number): void {
  s.lastAt = Math.max(s.lastAt, arrivedMs);
  // what arrives in the millisecond of a look was not looked at
  if (s.lookedAt >= arrivedMs) s.lookedAt = arrivedMs - 1;
  s.lastEdgeAt = Math.max(s.lastEdgeAt, fact.at);
  if (fact.kind === 'sip') {
    if (fact.code === 0) {
      if (fact.method === 'BYE' || fact.method === 'CANCEL') s.hepEndAt = arrivedMs;
      else if (fact.method === 'REFER') s.referAt = arrivedMs;
    } else if (fact.method === 'INVITE') {
      if (fact.code >= 300) s.hepEndAt = arrivedMs;
      else if (fact.code >= 200) noteAnswer(s, arrivedMs);
    }
  } else if (fact.kind === 'event') {
    if (fact.method === 'E_PBX_AUTH') {
      s.hepEndAt = arrivedMs;
      return;
    }
    s.eventsSeen = true;
    if (fact.method === 'E_ACC_CDR') s.cdrAt = arrivedMs;
    else if (fact.method === 'E_ACC_MISSED_EVENT' || fact.method === 'E_ACC_EVENT') s.missedAt = arrivedMs;
    else if (fact.method === 'E_CALL_TRANSFER') {
      if (fact.params.state === 'start') s.referAt = arrivedMs;
    } else if (fact.method === 'E_PBX_CALL') {
      const { state } = fact.params;
      if (state === 'answered') noteAnswer(s, arrivedMs);
      else if (state === 'ended' || state === 'failed') s.eventEndAt = arrivedMs;
    }
  }
}

/** The limit of a dialog counts from its answer; a Call-ID that is used again is answered again. */
function noteAnswer(s: SettleState, arrivedMs: number): void {
  if (s.answeredAt === 0 || Math.max(s.cdrAt, s.eventEndAt, s.hepEndAt) > s.answeredAt) s.answeredAt = arrivedMs;
}

/** Stream time at which the conversation should be looked at next. */
export function settleDeadline(s: SettleState, rules: SettleRules): number {
  let due = silenceDue(s, rules);
  for (const end of ['cdr', 'event', 'missed', 'hep'] as const) {
    const at = dueFor(end, s);
    if (at > s.lookedAt) due = Math.min(due, at);
  }
  for (const at of [referDue(s), securityDue(s)]) if (at > s.lookedAt) due = Math.min(due, at);
  return due;
}

/** When an attempt that is refused and not followed by a call is told as such; 0 = none was refused. */
export function securityDue(s: SettleState): number {
  return s.hepEndAt === 0 || s.eventsSeen ? 0 : s.hepEndAt + SECURITY_MS;
}

/** Until when a call that was referred waits for the one that comes out of it; 0 = it was not. */
export function referDue(s: SettleState): number {
  return s.referAt === 0 ? 0 : s.referAt + REFER_MS;
}

/** When a dialog that ended in this way is complete; Infinity when nothing of the kind was noted. */
export function dueFor(end: Exclude<End, null>, s: SettleState): number {
  const after = (arrived: number, ms: number) => (arrived === 0 ? Number.POSITIVE_INFINITY : arrived + ms);
  switch (end) {
    case 'cdr':
      return after(s.cdrAt, CDR_MS);
    case 'event':
      return after(s.eventEndAt, EVENT_MS);
    case 'missed':
      return s.missedAt === 0 ? Number.POSITIVE_INFINITY : s.lastAt + MISSED_MS;
    case 'hep':
      return after(s.hepEndAt, s.eventsSeen ? EVENTS_GONE_MS : HEP_MS);
  }
}

/** When a dialog that nobody ended is closed by rule. */
export function silenceDue(s: SettleState, rules: SettleRules): number {
  return s.answeredAt > 0 ? Math.max(s.lastAt + TALK_SILENCE_MS, s.answeredAt + rules.dialogLimitMs) : s.lastAt + RINGING_SILENCE_MS;
}
