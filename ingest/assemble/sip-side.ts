import type { SipFact } from '@callscope/core/bus/facts.ts';

/** What the packets alone tell of one dialog. Times in µs at the edge, 0 = not seen. */
export interface SipSide {
  seen: boolean;
  startedAt: number;
  ringingAt: number;
  answeredAt: number;
  endedAt: number;
  /** final code as the caller saw it; 0 = none yet, or only challenges */
  finalCode: number;
  /** the last answer was 401 or 407 and no INVITE came after it */
  challenged: boolean;
  cancelled: boolean;
  bye: 'caller' | 'callee' | '';
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
  refer: { referTo: string; at: number } | null;
  referredBy: string;
}

export interface SideLeg {
  target: string;
  startedAt: number;
  ringingAt: number;
  code: number;
}

const ipOf = (address: string) => address.slice(0, address.lastIndexOf(':'));

/**
 * One dialog as the proxy's tracer saw it: INVITEs that arrive and those that leave, with one Call-ID. The proxy is where
 * the first INVITE went; what it sends from there are legs, each named by its topmost Via branch (RFC 3261, 17.1.3).
 * @param facts sorted by time
 */
export function sipSide(facts: readonly SipFact[]): SipSide {
  const side: SipSide = {
    seen: false, startedAt: 0, ringingAt: 0, answeredAt: 0, endedAt: 0, finalCode: 0, challenged: false, cancelled: false, bye: '',
    fromUser: '', fromHost: '', dialled: '', dialledHost: '', callerTag: '', source: '', shownNumber: '', legs: [], refer: null, referredBy: '',
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
  side.referredBy = first.referredBy;
  const proxyIp = ipOf(first.dst);
  // a caller on the proxy's own address is told apart by its port
  const sameHost = ipOf(first.src) === proxyIp;
  const fromProxy = (f: SipFact) => (sameHost ? f.src === first.dst : ipOf(f.src) === proxyIp);
  const toProxy = (f: SipFact) => (sameHost ? f.dst === first.dst : ipOf(f.dst) === proxyIp);

  const initialCseqs = new Set<number>();
  const legs = new Map<string, SideLeg & { peer: string; cseq: number }>();
  let lastInvite = 0;
  let challengedAt = 0;
  let finalAt = 0;
  let cancelledAt = 0;
  let legRangAt = 0;
  let legAnsweredAt = 0;

  for (const f of facts) {
    if (f.method === 'INVITE' && f.code === 0) {
      if (f.toTag !== '') continue; // re-INVITE: changes media, not the call's course
      if (toProxy(f)) {
        initialCseqs.add(f.cseq);
        if (f.at > lastInvite && f.cseq >= Math.max(...initialCseqs)) lastInvite = f.at;
      } else if (fromProxy(f)) {
        if (!legs.has(f.branch)) {
          legs.set(f.branch, { target: f.uriUser, startedAt: f.at, ringingAt: 0, code: 0, peer: f.dst, cseq: f.cseq });
          side.shownNumber ||= f.fromUser;
        }
        initialCseqs.add(f.cseq);
      }
    } else if (f.method === 'INVITE') {
      if (f.fromTag !== side.callerTag || (initialCseqs.size > 0 && !initialCseqs.has(f.cseq))) continue;
      if (toProxy(f) && !fromProxy(f)) {
        const leg = legs.get(f.branch) ?? [...legs.values()].find((l) => l.peer === f.src && l.cseq === f.cseq);
        if (!leg) continue;
        if (f.code < 200) {
          if (f.code >= 180 && leg.ringingAt === 0) {
            leg.ringingAt = f.at;
            legRangAt ||= f.at;
          }
        } else if (leg.code === 0 || (leg.code >= 300 && f.code < 300)) {
          leg.code = f.code;
          if (f.code < 300) legAnsweredAt ||= f.at;
        }
      } else if (fromProxy(f)) {
        if (f.code < 200) {
          if (f.code >= 180) side.ringingAt ||= f.at;
        } else if (f.code < 300) {
          side.answeredAt ||= f.at;
          side.finalCode = f.code;
        } else if (f.code === 401 || f.code === 407) challengedAt = Math.max(challengedAt, f.at);
        else if (side.finalCode === 0) {
          side.finalCode = f.code;
          finalAt = f.at;
        }
      }
    } else if (f.method === 'CANCEL' && f.code === 0) {
      if (toProxy(f)) cancelledAt ||= f.at;
    } else if (f.method === 'BYE' && f.code === 0) {
      if (side.bye === '') {
        side.bye = f.fromTag === side.callerTag ? 'caller' : 'callee';
        side.endedAt = f.at;
      }
    } else if (f.method === 'REFER' && f.code === 0) side.refer ??= { referTo: f.referTo, at: f.at };
  }
  side.ringingAt ||= legRangAt;
  // the answer was seen coming in and its way on was lost
  if (side.answeredAt === 0 && legAnsweredAt > 0 && side.finalCode === 0) {
    side.answeredAt = legAnsweredAt;
    side.finalCode = 200;
  }
  side.cancelled = cancelledAt > 0 && side.answeredAt === 0;
  side.challenged = side.finalCode === 0 && challengedAt > 0 && challengedAt >= lastInvite;
  if (side.endedAt === 0 && side.answeredAt === 0) side.endedAt = finalAt;
  else if (side.answeredAt === 0 && finalAt > 0) side.endedAt = finalAt;
  side.legs = [...legs.values()].map(({ target, startedAt, ringingAt, code }) => ({ target, startedAt, ringingAt, code }));
  return side;
}
