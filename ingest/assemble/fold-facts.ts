/** Facts of one call as an edge with one proxy tells them, for the tests of the fold. Times are ms after T0. */
import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { type CallDraft, type End, foldCall, legResult } from './fold.ts';

export const T0 = 1_795_445_573_000_000;
export const CALLER = '10.0.0.1:5060';
export const PROXY = '10.0.0.9:5060';
export const ms = (n: number) => T0 + n * 1_000;

let hash = 0;
export function sip(at: number, method: string, code: number, src: string, dst: string, more: Partial<SipFact> = {}): SipFact {
  return {
    kind: 'sip',
    at: ms(at),
    callId: 'c',
    method,
    code,
    cseq: 1,
    src,
    dst,
    fromUser: '79161234567',
    fromHost: 'carrier',
    fromTag: 'a',
    toTag: '',
    uriUser: '',
    uriHost: '',
    branch: '',
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    correlation: '',
    hash: ++hash,
    ...more,
  };
}
export const phone = (user: string) => `10.0.1.${user.slice(-2)}:5060`;
export const arrives = (at: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', 0, CALLER, PROXY, { uriUser: '74951000101', uriHost: 'edge', branch: 'up', ...more });
export const leaves = (at: number, user: string, branch: string, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', 0, PROXY, phone(user), { uriUser: user, branch: `x.${branch}`, ...more });
export const fromLeg = (at: number, user: string, branch: string, code: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', code, phone(user), PROXY, { branch: `x.${branch}`, toTag: `b${branch}`, ...more });
export const toCaller = (at: number, code: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', code, PROXY, CALLER, { branch: 'up', toTag: 'b0', ...more });
export const byeOfCaller = (at: number, tag = 'b0') => [
  sip(at, 'BYE', 0, CALLER, PROXY, { cseq: 9, toTag: tag }),
  sip(at + 1, 'BYE', 0, PROXY, phone('101'), { cseq: 9, toTag: tag }),
];
export const byeOfCallee = (at: number, tag = 'b0') => [
  sip(at, 'BYE', 0, phone('101'), PROXY, { cseq: 3, fromTag: tag, toTag: 'a' }),
  sip(at + 1, 'BYE', 0, PROXY, CALLER, { cseq: 3, fromTag: tag, toTag: 'a' }),
];
export const answeredUntilBye = () => [
  arrives(0),
  leaves(2, '101', '0'),
  fromLeg(4, '101', '0', 180),
  toCaller(5, 180),
  fromLeg(2_000, '101', '0', 200),
  toCaller(2_001, 200),
];

export function event(at: number, method: string, params: EventFact['params']): EventFact {
  return { kind: 'event', at: ms(at), callId: 'c', method, params };
}
export const state = (at: number, name: string, more: EventFact['params'] = {}) =>
  event(at, 'E_PBX_CALL', {
    state: name,
    tenant: 't1',
    direction: 'in',
    src: '79161234567',
    dst: '74951000101',
    did: '74951000101',
    code: '',
    who: '',
    ...more,
  });
export const leg = (at: number, user: string, branch: number, code: string | number) =>
  event(at, 'E_PBX_LEG', { tenant: 't1', leg: `${user}@alfa`, branch, code });
export const stamp = (at: number) => `${Math.floor(ms(at) / 1e6)}.${String(ms(at) % 1e6).padStart(6, '0')}`;
export const missed = (at: number, code: number, more: EventFact['params'] = {}) =>
  event(Math.floor(at / 1_000) * 1_000, 'E_ACC_MISSED_EVENT', {
    method: 'INVITE',
    from_tag: 'a',
    sip_code: String(code),
    tenant: 't1',
    direction: 'in',
    ts_invite: stamp(0),
    ...more,
  });
export const cdr = (more: EventFact['params'] = {}) =>
  event(8_000, 'E_ACC_CDR', {
    method: 'INVITE',
    from_tag: 'a',
    sip_code: '200',
    tenant: 't1',
    direction: 'in',
    src: '79161234567',
    dst: '74951000101',
    did: '74951000101',
    answered_by: '101@alfa',
    rec: 'all',
    hangup: 'upstream',
    ts_invite: stamp(0),
    ts_ring: stamp(5),
    ts_answer: stamp(2_000),
    ts_end: stamp(8_000),
    ms_duration: 6_000,
    ...more,
  });

export function fold(facts: readonly Fact[], closeAt = 0): CallDraft & { end: End } {
  const folded = foldCall(facts, closeAt);
  if (folded.kind !== 'call') throw new Error(`folded to ${folded.kind}`);
  return { ...folded.draft, end: folded.end };
}
export const legsOf = (call: CallDraft) => call.legs.map((l) => [l.target, l.sipCode, legResult(l)]);
