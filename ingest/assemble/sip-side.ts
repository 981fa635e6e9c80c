import type { SipFact } from '@callscope/core/bus/facts.ts';
import type { HangupBy } from '@callscope/core/domain/call.ts';

/** What the packets alone tell of one dialog. Times in µs at the edge, 0 = not seen. */
export interface SipSide {
  seen: boolean;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
  /** final code as the caller saw it; 0 = none yet, or only challenges */
  finalCode: number;
  /** the caller's last INVITE was answered with 401 or 407: nothing but failed authentication so far */
  challenged: boolean;
  cancelled: boolean;
  /** system: the proxy itself sent BYE to both sides (its time limit, or a command) */
  bye: HangupBy | '';
  fromUser: string;
  fromHost: string;
  dialled: string;
  dialledHost: string;
  callerTag: string;
  /** "address:port" of the caller's side */
  source: string;
  /** From user of the INVITE that left the proxy: the number shown to the trunk */
  shownNumber: string;
  legs: SideLeg[];
}

export interface SideLeg {
  target: string;
  /** index of the branch in the proxy's transaction, '' when not known */
  branch: string;
  startedAt: number;
  ringingAt: number;
  /** final code; 0 = none seen */
  code: number;
  /** time of the final code; 0 = none seen */
  endedAt: number;
}

/** 18x: the other side is being alerted (RFC 3261, 21.1). 199 ends an early dialog (RFC 6228) and is none. */
export const isRinging = (code: number) => code >= 180 && code < 190;

/** A proxy or a user agent asks for credentials; the attempt goes on with the next INVITE (RFC 3261, 22). */
export const isChallenge = (code: number) => code === 401 || code === 407;

/** Two hops and the edge's own work lie between a message that arrives and the same one sent on, µs. */
export const HOPS_US = 50_000;

const ipOf = (address: string) => address.slice(0, address.lastIndexOf(':'));

/** OpenSIPS ends the branch of a forwarded request with `.` and the index of the branch in its transaction. */
const indexOf = (branch: string) => branch.slice(branch.lastIndexOf('.') + 1);

/**
 * One dialog as the proxy's tracer saw it: INVITEs that arrive and those that leave, with one Call-ID. An answer belongs
 * to the INVITE whose topmost Via branch it carries (RFC 3261, 17.1.3), so that addresses matter only for telling whether
 * an INVITE arrives or leaves: a proxy may have several.
 * @param facts sorted by time
 */
export function sipSide(facts: readonly SipFact[]): SipSide {
  const side: SipSide = {
    seen: false,
    startedAt: 0,
    ringingAt: 0,
    answeredAt: 0,
    endedAt: 0,
    finalCode: 0,
    challenged: false,
    cancelled: false,
    bye: '',
    fromUser: '',
    fromHost: '',
    dialled: '',
    dialledHost: '',
    callerTag: '',
    source: '',
    shownNumber: '',
    legs: [],
  };
  const first = facts.find((f) => f.method === 'INVITE' && f.code === 0 && f.toTag === '');
  if (!first) return side;
  side.seen = true;
  side.startedAt = first.at;
  side.fromUser = first.fromUser;
  side.fromHost = first.fromHost;
  side.dialled = first.uriUser;
  side.dialledHost = first.uriHost;
  side.callerTag = first.fromTag;
  side.source = first.src;

  /** branches of the INVITEs that arrived -> their CSeq; one attempt after the other */
  const arrived = new Map<string, number>();
  const legs = new Map<string, SideLeg>();
  /** next hops of legs: what they send on is not the proxy's */
  const nextHops = new Set<string>();
  const proxySockets = new Set([first.dst]);
  const finals = new Map<number, { code: number; at: number }>();
  const answeredTags = new Set<string>();
  let lastCseq = 0;
  let cancelledAt = 0;
  let legRangAt = 0;
  let legAnsweredAt = 0;
  const byes: Bye[] = [];

  const answerToCaller = (f: SipFact, cseq: number) => {
    if (f.code < 200) {
      if (isRinging(f.code)) side.ringingAt ||= f.at;
    } else if (f.code < 300) {
      side.answeredAt ||= f.at;
      answeredTags.add(f.toTag);
    } else if (!finals.has(cseq)) finals.set(cseq, { code: f.code, at: f.at });
  };

  for (const f of facts) {
    if (f.method === 'INVITE' && f.code === 0) {
      if (f.toTag !== '') continue; // re-INVITE: changes media, not the call's course
      if (f.src === f.dst) continue; // sent to itself: comes again as what it really is
      if (f.dst === first.dst || f.src === first.src) {
        arrived.set(f.branch, f.cseq);
        lastCseq = Math.max(lastCseq, f.cseq);
      } else if (!legs.has(f.branch) && !nextHops.has(ipOf(f.src))) {
        side.shownNumber ||= f.fromUser;
        proxySockets.add(f.src);
        if (ipOf(f.dst) !== ipOf(first.dst)) nextHops.add(ipOf(f.dst));
        const challenged = [...legs.values()].find((l) => l.target === f.uriUser && isChallenge(l.code));
        const leg = challenged ?? { target: f.uriUser, branch: indexOf(f.branch), startedAt: f.at, ringingAt: 0, code: 0, endedAt: 0 };
        leg.code = 0;
        leg.endedAt = 0;
        legs.set(f.branch, leg);
      }
    } else if (f.method === 'INVITE') {
      const leg = legs.get(f.branch);
      const cseq = arrived.get(f.branch);
      if (leg) {
        if (f.code < 200) {
          if (isRinging(f.code)) {
            leg.ringingAt ||= f.at;
            legRangAt ||= f.at;
          }
        } else if (leg.code === 0 || (leg.code >= 300 && f.code < 300)) {
          leg.code = f.code;
          leg.endedAt = f.at;
          if (f.code < 300) legAnsweredAt ||= f.at;
        }
      } else if (cseq !== undefined) answerToCaller(f, cseq);
      else if (f.dst === first.src && f.fromTag === side.callerTag && side.answeredAt === 0) {
        // the INVITE that this answers was not captured; nothing before the answer can be a re-INVITE's
        lastCseq = Math.max(lastCseq, f.cseq);
        answerToCaller(f, f.cseq);
      }
    } else if (f.method === 'CANCEL' && f.code === 0) {
      // CANCEL carries the branch of what it cancels (RFC 3261, 9.1)
      if (arrived.has(f.branch) || f.src === first.src) cancelledAt ||= f.at;
    } else if (f.method === 'BYE' && f.code === 0) {
      const from = f.fromTag === side.callerTag ? 'caller' : 'callee';
      byes.push({ at: f.at, from, tag: from === 'caller' ? f.toTag : f.fromTag, sent: proxySockets.has(f.src) });
    }
  }
  // its way on may be lost, and what is there of that hop may be another phone's, or a re-INVITE's answer
  side.ringingAt = earlier(side.ringingAt, legRangAt);
  const final = finals.get(lastCseq);
  if (side.answeredAt > 0 || final === undefined) side.answeredAt = earlier(side.answeredAt, legAnsweredAt);
  const last = lastBye(byes, answeredTags);
  side.bye = last.by;
  if (side.answeredAt > 0) {
    side.finalCode = 200;
    side.endedAt = last.at;
  } else if (final !== undefined) {
    side.challenged = isChallenge(final.code);
    if (!side.challenged) {
      side.finalCode = final.code;
      side.endedAt = final.at;
    }
  } else side.endedAt = last.at;
  side.cancelled = cancelledAt > 0 && side.answeredAt === 0;
  side.legs = [...new Set(legs.values())];
  return side;
}

/** The proxy's own work lies between a message of one hop and the same one on the other, µs: no more than that is no difference. */
const HOP_US = 20_000;

/** The earlier of two times on either hop; 0 = not seen */
function earlier(caller: number, leg: number): number {
  return leg > 0 && (caller === 0 || leg + HOP_US < caller) ? leg : caller;
}

interface Bye {
  at: number;
  from: 'caller' | 'callee';
  /** tag of the callee's end */
  tag: string;
  /** left the proxy; the same BYE arrived there before, unless the proxy made it */
  sent: boolean;
}

/**
 * When and by whom the call was ended; at = 0 while it goes on. When two phones answered at once, the caller ends one of
 * the two dialogs at once and talks on in the other (RFC 3261, 13.2.2.4): the call ends with the last of them.
 */
function lastBye(byes: readonly Bye[], answeredTags: ReadonlySet<string>): { at: number; by: HangupBy | '' } {
  let of = byes;
  if (answeredTags.size > 1) {
    let latest: Bye | undefined;
    for (const tag of answeredTags) {
      const bye = byes.find((b) => b.tag === tag);
      if (!bye) return { at: 0, by: '' };
      if (latest === undefined || bye.at > latest.at) latest = bye;
    }
    of = byes.filter((b) => b.tag === latest?.tag);
  }
  const [earliest] = of;
  if (!earliest) return { at: 0, by: '' };
  const arrived = of.find((b) => !b.sent);
  if (arrived) return { at: arrived.at, by: arrived.from };
  const bothWays = of.some((b) => b.from !== earliest.from);
  return { at: earliest.at, by: bothWays ? 'system' : earliest.from };
}
