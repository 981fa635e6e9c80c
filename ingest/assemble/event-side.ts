import type { EventFact } from '@callscope/core/bus/facts.ts';
import type { HangupBy } from '@callscope/core/domain/call.ts';
import { lasting, microseconds, statusCode } from '../decode/event.ts';
import { isChallenge, isRinging, type SideLeg } from './sip-side.ts';

/** What the edge's events alone tell of one dialog. Times in µs, 0 = not said. */
export interface EventSide {
  /** any event that belongs to a call (not only a failed authentication) */
  seen: boolean;
  tenant: string;
  direction: 'in' | 'out' | 'internal' | '';
  src: string;
  dst: string;
  did: string;
  recordRule: string;
  /** the last that was tried; '' where the edge does not say */
  trunk: string;
  startedAt: number;
  ringingAt: number;
  /** first 18x of a leg: the ringing when the script's own word of it was lost */
  legRangAt: number;
  answeredAt: number;
  endedAt: number;
  /** the same in whole seconds, for an edge whose records carry nothing finer: packets know better */
  coarse: { startedAt: number; answeredAt: number };
  /** talk time by the CDR, µs */
  talk: number;
  /** earliest event that carries its own time: the start when everything that names one was lost */
  firstAt: number;
  /** last record of a failed INVITE; only to whole seconds */
  missedAt: number;
  finalCode: number;
  answeredBy: string;
  hangupBy: HangupBy | '';
  cancelledByCaller: boolean;
  /** the script handed the caller to a queue, which answers for itself */
  isQueue: boolean;
  /** which event ended it; `missed` may still be followed by a forward */
  end: 'cdr' | 'event' | 'missed' | '';
  legs: SideLeg[];
  auth: { what: string; user: string; domain: string; source: string; at: number } | null;
}

const DIRECTIONS: Record<string, EventSide['direction']> = { in: 'in', out: 'out', int: 'internal', internal: 'internal' };

const text = (v: string | number | null | undefined) => (v === null || v === undefined ? '' : String(v));

/** downstream: the BYE came from the caller's side; upstream: from the callee's (OpenSIPS, $DLG_dir) */
function hangup(word: string): HangupBy | '' {
  if (word === 'downstream' || word === 'caller') return 'caller';
  if (word === 'upstream' || word === 'callee') return 'callee';
  return word === '' ? '' : 'system';
}

/** @param facts sorted by time */
export function eventSide(facts: readonly EventFact[]): EventSide {
  const side: EventSide = {
    seen: false,
    tenant: '',
    direction: '',
    src: '',
    dst: '',
    did: '',
    recordRule: '',
    trunk: '',
    startedAt: 0,
    ringingAt: 0,
    legRangAt: 0,
    answeredAt: 0,
    endedAt: 0,
    coarse: { startedAt: 0, answeredAt: 0 },
    talk: 0,
    firstAt: 0,
    missedAt: 0,
    finalCode: 0,
    answeredBy: '',
    hangupBy: '',
    cancelledByCaller: false,
    isQueue: false,
    end: '',
    legs: [],
    auth: null,
  };
  /** the latest leg of each target and branch */
  const current = new Map<string, SideLeg>();
  const legs: SideLeg[] = [];
  let missedCode = 0;
  let transactionFailed = false;
  let failed = false;
  let legEndedAt = 0;
  let cdr: EventFact | undefined;
  const common = (p: EventFact['params']) => {
    side.seen = true;
    side.tenant ||= text(p.tenant);
    side.direction ||= DIRECTIONS[text(p.direction)] ?? '';
    side.src ||= text(p.src);
    side.dst ||= text(p.dst);
    side.did ||= text(p.did);
  };
  for (const { method, params: p, at } of facts) {
    switch (method) {
      case 'E_PBX_CALL': {
        common(p);
        side.trunk = text(p.trunk) || side.trunk;
        side.firstAt ||= at;
        side.isQueue ||= p.role === 'queue';
        const code = statusCode(p.code);
        const state = text(p.state);
        if (state === 'start') side.startedAt ||= at;
        else if (state === 'ringing') side.ringingAt ||= at;
        else if (state === 'answered') {
          side.answeredAt ||= at;
          side.answeredBy ||= text(p.who);
          side.finalCode = code || 200;
        } else if (state === 'ended') {
          side.endedAt ||= at;
          side.hangupBy ||= hangup(text(p.who)) || 'system';
          side.end = 'event';
        } else if (state === 'failed' && side.answeredAt === 0) {
          side.endedAt ||= at;
          side.finalCode ||= code;
          side.cancelledByCaller ||= text(p.who) === 'caller';
          failed = true;
          side.end = 'event';
        }
        break;
      }
      case 'E_PBX_LEG': {
        side.seen = true;
        side.tenant ||= text(p.tenant);
        side.firstAt ||= at;
        const target = text(p.leg);
        const branch = text(p.branch);
        const key = `${target}|${branch}`;
        const isInvite = p.code === 'INVITE';
        let leg = current.get(key);
        if (isInvite && leg !== undefined && leg.code > 0) leg = undefined;
        if (!leg) {
          // credentials for a trunk go out in another branch: the same attempt
          leg = isInvite ? legs.find((l) => l.target === target && isChallenge(l.code)) : undefined;
          if (leg) Object.assign(leg, { branch, code: 0, endedAt: 0 });
          else {
            leg = { target, branch, startedAt: at, ringingAt: 0, code: 0, endedAt: 0 };
            legs.push(leg);
          }
          current.set(key, leg);
        }
        const code = statusCode(p.code);
        if (isRinging(code)) {
          leg.ringingAt ||= at;
          side.legRangAt ||= at;
        } else if (code >= 200 && (leg.code === 0 || (leg.code >= 300 && code < 300))) {
          leg.code = code;
          leg.endedAt = at;
          legEndedAt = Math.max(legEndedAt, at);
        }
        break;
      }
      case 'E_ACC_CDR':
        common(p);
        side.recordRule ||= text(p.rec);
        cdr ??= { kind: 'event', method, params: p, at, callId: '' };
        break;
      case 'E_ACC_MISSED_EVENT':
      case 'E_ACC_EVENT': {
        common(p);
        side.recordRule ||= text(p.rec);
        side.startedAt ||= microseconds(p.ts_invite);
        side.ringingAt ||= microseconds(p.ts_ring);
        side.coarse.startedAt ||= microseconds(p.created);
        const code = statusCode(p.sip_code);
        // the same events account for other methods and for success where the script asks for it
        if (code < 300 || isChallenge(code) || (text(p.method) || 'INVITE') !== 'INVITE') break;
        // a record of the transaction itself (flag `failed`) is not made when the script tries another target
        transactionFailed = method === 'E_ACC_EVENT' || (transactionFailed && at === side.missedAt);
        side.missedAt = at;
        missedCode = code;
        break;
      }
      case 'E_PBX_AUTH':
        side.auth ??= { what: text(p.what), user: text(p.user), domain: text(p.domain), source: text(p.source), at };
        break;
      default:
        // hold and transfer belong to a call that other events describe
        side.seen ||= method === 'E_CALL_HOLD' || method === 'E_CALL_TRANSFER';
    }
  }
  if (cdr) {
    // the accounting record has the last word: it is what survives a restart of the edge
    const p = cdr.params;
    side.recordRule = text(p.rec) || side.recordRule;
    side.startedAt = microseconds(p.ts_invite) || side.startedAt;
    side.ringingAt = microseconds(p.ts_ring) || side.ringingAt;
    side.answeredAt = microseconds(p.ts_answer) || side.answeredAt;
    side.endedAt = microseconds(p.ts_end) || side.endedAt;
    side.coarse = { startedAt: microseconds(p.created), answeredAt: microseconds(p.time) };
    side.talk = lasting(p.ms_duration, 1_000) || lasting(p.duration, 1);
    side.answeredBy = text(p.answered_by) || side.answeredBy;
    side.hangupBy = hangup(text(p.hangup)) || side.hangupBy;
    side.finalCode = 200;
    side.end = 'cdr';
  } else if (side.answeredAt === 0) {
    const answered = failed ? undefined : legs.find((l) => l.code >= 200 && l.code < 300);
    if (answered) {
      // the script's own word of the answer was lost
      side.answeredAt = answered.endedAt;
      side.answeredBy = answered.target;
      side.finalCode = 200;
    } else if (side.end === '' && missedCode > 0) {
      // a leg offered after the record means that the call went on to another target
      const goesOn = !transactionFailed && legs.some((l) => l.code === 0 && l.startedAt >= side.missedAt);
      if (!goesOn) {
        side.end = 'missed';
        side.endedAt = Math.max(side.missedAt, legEndedAt);
        side.finalCode = missedCode;
      }
    }
  }
  side.legs = legs;
  return side;
}
