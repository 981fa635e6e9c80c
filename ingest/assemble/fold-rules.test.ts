import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { describe, expect, test } from 'vitest';
import { type CallDraft, type End, foldCall, legResult, splitDialogs } from './fold.ts';

const T0 = 1_795_445_573_000_000;
const CALLER = '10.0.0.1:5060';
const PROXY = '10.0.0.9:5060';
const ms = (n: number) => T0 + n * 1_000;

let hash = 0;
function sip(at: number, method: string, code: number, src: string, dst: string, more: Partial<SipFact> = {}): SipFact {
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
const phone = (user: string) => `10.0.1.${user.slice(-2)}:5060`;
const arrives = (at: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', 0, CALLER, PROXY, { uriUser: '74951000101', uriHost: 'edge', branch: 'up', ...more });
const leaves = (at: number, user: string, branch: string, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', 0, PROXY, phone(user), { uriUser: user, branch: `x.${branch}`, ...more });
const fromLeg = (at: number, user: string, branch: string, code: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', code, phone(user), PROXY, { branch: `x.${branch}`, toTag: `b${branch}`, ...more });
const toCaller = (at: number, code: number, more: Partial<SipFact> = {}) =>
  sip(at, 'INVITE', code, PROXY, CALLER, { branch: 'up', toTag: 'b0', ...more });
const byeOfCaller = (at: number, tag = 'b0') => [
  sip(at, 'BYE', 0, CALLER, PROXY, { cseq: 9, toTag: tag }),
  sip(at + 1, 'BYE', 0, PROXY, phone('101'), { cseq: 9, toTag: tag }),
];
const byeOfCallee = (at: number, tag = 'b0') => [
  sip(at, 'BYE', 0, phone('101'), PROXY, { cseq: 3, fromTag: tag, toTag: 'a' }),
  sip(at + 1, 'BYE', 0, PROXY, CALLER, { cseq: 3, fromTag: tag, toTag: 'a' }),
];
const answeredUntilBye = () => [
  arrives(0),
  leaves(2, '101', '0'),
  fromLeg(4, '101', '0', 180),
  toCaller(5, 180),
  fromLeg(2_000, '101', '0', 200),
  toCaller(2_001, 200),
];

function event(at: number, method: string, params: EventFact['params']): EventFact {
  return { kind: 'event', at: ms(at), callId: 'c', method, params };
}
const state = (at: number, name: string, more: EventFact['params'] = {}) =>
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
const leg = (at: number, user: string, branch: number, code: string | number) =>
  event(at, 'E_PBX_LEG', { tenant: 't1', leg: `${user}@alfa`, branch, code });
const stamp = (at: number) => `${Math.floor(ms(at) / 1e6)}.${String(ms(at) % 1e6).padStart(6, '0')}`;
const missed = (at: number, code: number, more: EventFact['params'] = {}) =>
  event(Math.floor(at / 1_000) * 1_000, 'E_ACC_MISSED_EVENT', {
    method: 'INVITE',
    from_tag: 'a',
    sip_code: String(code),
    tenant: 't1',
    direction: 'in',
    ts_invite: stamp(0),
    ...more,
  });
const cdr = (more: EventFact['params'] = {}) =>
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

function fold(facts: readonly Fact[], closeAt = 0): CallDraft & { end: End } {
  const folded = foldCall(facts, closeAt);
  if (folded.kind !== 'call') throw new Error(`folded to ${folded.kind}`);
  return { ...folded.draft, end: folded.end };
}
const legsOf = (call: CallDraft) => call.legs.map((l) => [l.target, l.sipCode, legResult(l)]);

describe('packets', () => {
  test('an answered call with BYE of either side', () => {
    expect(fold([...answeredUntilBye(), ...byeOfCaller(8_000)])).toMatchObject({
      startedAt: ms(0),
      ringingAt: ms(5),
      answeredAt: ms(2_001),
      endedAt: ms(8_000),
      sipCode: 200,
      hangupBy: 'caller',
      end: 'hep',
      answeredBy: '101',
    });
    expect(fold([...answeredUntilBye(), ...byeOfCallee(8_000)])).toMatchObject({ endedAt: ms(8_000), hangupBy: 'callee' });
  });

  test('BYE that the proxy made for both sides is the system hanging up', () => {
    const timeout = [
      sip(9_000, 'BYE', 0, PROXY, phone('101'), { toTag: 'b0' }),
      sip(9_000, 'BYE', 0, PROXY, CALLER, { fromTag: 'b0', toTag: 'a' }),
    ];
    expect(fold([...answeredUntilBye(), ...timeout])).toMatchObject({ endedAt: ms(9_000), hangupBy: 'system', end: 'hep' });
  });

  test('BYE seen on the second hop alone still names its sender', () => {
    expect(fold([...answeredUntilBye(), byeOfCaller(8_000)[1] as Fact])).toMatchObject({ endedAt: ms(8_001), hangupBy: 'caller' });
  });

  test('both sides hang up at once: the first BYE to arrive counts', () => {
    const glare = [...byeOfCallee(8_000), ...byeOfCaller(8_000.5)];
    expect(fold([...answeredUntilBye(), ...glare])).toMatchObject({ endedAt: ms(8_000), hangupBy: 'callee' });
  });

  test('two phones that answer at once: the call goes on in the dialog that is left', () => {
    const facts = [
      arrives(0),
      leaves(2, '101', '0'),
      leaves(2, '102', '1'),
      fromLeg(1_000, '101', '0', 200),
      toCaller(1_001, 200),
      fromLeg(1_002, '102', '1', 200),
      toCaller(1_003, 200, { toTag: 'b1' }),
      ...byeOfCaller(1_020, 'b1'),
    ];
    expect(fold(facts)).toMatchObject({ end: null });
    expect(fold([...facts, ...byeOfCallee(7_000, 'b0')])).toMatchObject({ endedAt: ms(7_000), hangupBy: 'callee', end: 'hep' });
  });

  test('a challenge and the INVITE with credentials are one attempt', () => {
    const facts = [
      arrives(0),
      toCaller(1, 407),
      arrives(3, { cseq: 2, branch: 'up2' }),
      leaves(5, '101', '0', { cseq: 2 }),
      fromLeg(7, '101', '0', 486, { cseq: 2 }),
      toCaller(8, 486, { cseq: 2, branch: 'up2' }),
    ];
    expect(fold(facts)).toMatchObject({ startedAt: ms(0), endedAt: ms(8), sipCode: 486, hangupBy: '', end: 'hep' });
    expect(fold(facts.slice(0, 3), ms(3))).toMatchObject({ end: null, sipCode: 0 });
  });

  test('a refusal that the caller mends and tries again (422) is not the end', () => {
    const facts = [arrives(0), toCaller(1, 422), arrives(3, { cseq: 2, branch: 'up2' }), toCaller(900, 480, { cseq: 2, branch: 'up2' })];
    expect(fold(facts)).toMatchObject({ sipCode: 480, endedAt: ms(900) });
    expect(fold(facts.slice(0, 3))).toMatchObject({ end: null });
  });

  test('nothing but challenges is a security event', () => {
    const facts = [
      arrives(0, { fromUser: '106' }),
      toCaller(1, 407),
      arrives(3, { cseq: 2, branch: 'up2' }),
      toCaller(4, 407, { cseq: 2, branch: 'up2' }),
    ];
    expect(foldCall(facts, 0)).toEqual({
      kind: 'security',
      security: { what: 'INVITE', user: '106', domain: 'carrier', source: CALLER, at: ms(0) },
    });
  });

  test('a wrong password first and a call after it is a call', () => {
    const auth = event(0, 'E_PBX_AUTH', { what: 'INVITE', user: '106', domain: 'alfa', source: CALLER });
    expect(foldCall([auth], 0)).toMatchObject({ kind: 'security', security: { user: '106' } });
    expect(fold([auth, ...answeredUntilBye(), ...byeOfCaller(8_000)])).toMatchObject({ sipCode: 200 });
  });

  test('the caller gives up: 487 and hung up by the caller, whether the final answer was captured or not', () => {
    const facts = [
      arrives(0),
      leaves(2, '101', '0'),
      fromLeg(4, '101', '0', 180),
      toCaller(5, 180),
      sip(3_000, 'CANCEL', 0, CALLER, PROXY, { branch: 'up' }),
      sip(3_001, 'CANCEL', 0, PROXY, phone('101'), { branch: 'x.0' }),
    ];
    expect(fold([...facts, toCaller(3_004, 487)])).toMatchObject({ sipCode: 487, hangupBy: 'caller', endedAt: ms(3_004), end: 'hep' });
    expect(fold(facts)).toMatchObject({ sipCode: 487, hangupBy: 'caller', end: null });
  });

  test('CANCEL that crosses another final answer does not make the caller hang up', () => {
    const facts = [
      arrives(0),
      leaves(2, '101', '0'),
      sip(3_000, 'CANCEL', 0, CALLER, PROXY, { branch: 'up' }),
      fromLeg(3_000, '101', '0', 486),
      toCaller(3_001, 486),
    ];
    expect(fold(facts)).toMatchObject({ sipCode: 486, hangupBy: '' });
  });

  test('the proxy cancels legs that another answered', () => {
    const facts = [
      arrives(0),
      leaves(2, '101', '0'),
      leaves(2, '102', '1'),
      leaves(2, '103', '2'),
      fromLeg(4, '101', '0', 180),
      toCaller(5, 180),
      fromLeg(6, '102', '1', 180),
      fromLeg(2_000, '101', '0', 200),
      toCaller(2_001, 200),
      sip(2_002, 'CANCEL', 0, PROXY, phone('102'), { branch: 'x.1' }),
      fromLeg(2_003, '102', '1', 487),
      ...byeOfCaller(8_000),
    ];
    const call = fold(facts);
    expect(call.hangupBy).toBe('caller');
    expect(legsOf(call)).toEqual([
      ['101', 200, 'answered'],
      ['102', 487, 'no_answer'],
      ['103', 487, 'cancelled'],
    ]);
  });

  test('the same target tried again is a new leg; a trunk that asks for credentials is not', () => {
    const again = [
      arrives(0),
      leaves(2, '101', '0'),
      fromLeg(4, '101', '0', 486),
      leaves(6, '101', '1'),
      fromLeg(1_000, '101', '1', 200),
      toCaller(1_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold(again))).toEqual([
      ['101', 486, 'busy'],
      ['101', 200, 'answered'],
    ]);
    const trunk = [
      arrives(0),
      leaves(2, '101', '0'),
      fromLeg(4, '101', '0', 407),
      leaves(6, '101', '1', { cseq: 2 }),
      fromLeg(1_000, '101', '1', 200, { cseq: 2 }),
      toCaller(1_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold(trunk))).toEqual([['101', 200, 'answered']]);
  });

  test('re-INVITE of either side starts, rings and answers nothing', () => {
    const re = [
      sip(4_000, 'INVITE', 0, CALLER, PROXY, { cseq: 2, toTag: 'b0', branch: 're' }),
      sip(4_001, 'INVITE', 0, PROXY, phone('101'), { cseq: 2, toTag: 'b0', branch: 'x.re' }),
      sip(4_002, 'INVITE', 180, PROXY, CALLER, { cseq: 2, toTag: 'b0', branch: 're' }),
      sip(4_003, 'INVITE', 488, PROXY, CALLER, { cseq: 2, toTag: 'b0', branch: 're' }),
      sip(5_000, 'INVITE', 0, phone('101'), PROXY, { cseq: 1, fromTag: 'b0', toTag: 'a', branch: 're2' }),
      sip(5_001, 'INVITE', 200, PROXY, phone('101'), { cseq: 1, fromTag: 'b0', toTag: 'a', branch: 're2' }),
    ];
    expect(fold([...answeredUntilBye(), ...re, ...byeOfCaller(8_000)])).toEqual(fold([...answeredUntilBye(), ...byeOfCaller(8_000)]));
  });

  test('retransmissions change nothing', () => {
    const facts = [...answeredUntilBye(), ...byeOfCaller(8_000)];
    expect(fold([...facts, ...facts.map((f) => ({ ...f, at: f.at + 500_000 }))])).toEqual(fold(facts));
  });

  test('181 and 199 do not ring', () => {
    const facts = [
      arrives(0),
      leaves(2, '101', '0'),
      fromLeg(3, '101', '0', 199),
      toCaller(4, 199),
      fromLeg(900, '101', '0', 480),
      toCaller(901, 480),
    ];
    expect(fold(facts)).toMatchObject({ ringingAt: 0 });
    expect(fold(facts).legs[0]).toMatchObject({ rang: false });
  });

  test('a proxy with several addresses, a phone on its own host, and two phones behind one address', () => {
    const other = '192.168.7.7:5060';
    const homed = [
      arrives(0),
      leaves(2, '101', '0', { src: other }),
      fromLeg(4, '101', '0', 180, { dst: other }),
      toCaller(5, 180),
      fromLeg(2_000, '101', '0', 200, { dst: other }),
      toCaller(2_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold(homed))).toEqual([['101', 200, 'answered']]);
    const voicemail = '10.0.0.9:5090';
    const local = [
      arrives(0),
      leaves(2, '900', '0', { dst: voicemail }),
      fromLeg(4, '900', '0', 404, { src: voicemail }),
      leaves(6, '101', '1'),
      fromLeg(2_000, '101', '1', 200),
      toCaller(2_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold(local))).toEqual([
      ['900', 404, 'failed'],
      ['101', 200, 'answered'],
    ]);
    const behind = '10.0.0.1:5070';
    const nat = [
      arrives(0),
      leaves(2, '101', '0', { dst: behind }),
      fromLeg(4, '101', '0', 180, { src: behind }),
      toCaller(5, 180),
      fromLeg(900, '101', '0', 486, { src: behind }),
      toCaller(901, 486),
    ];
    expect(fold(nat)).toMatchObject({ ringingAt: ms(5), sipCode: 486 });
    expect(legsOf(fold(nat))).toEqual([['101', 486, 'busy']]);
  });

  test('the answer counts though its last hop was not captured, and though the INVITE with credentials was not', () => {
    expect(fold([arrives(0), leaves(2, '101', '0'), fromLeg(2_000, '101', '0', 200), ...byeOfCaller(8_000)])).toMatchObject({
      answeredAt: ms(2_000),
      answeredBy: '101',
      sipCode: 200,
    });
    const lost = [
      arrives(0),
      toCaller(1, 407),
      toCaller(40, 180, { cseq: 2, branch: 'lost' }),
      toCaller(2_000, 200, { cseq: 2, branch: 'lost' }),
      ...byeOfCaller(8_000),
    ];
    expect(fold(lost)).toMatchObject({ ringingAt: ms(40), answeredAt: ms(2_000), sipCode: 200 });
  });

  test('ring and answer are the first of either hop', () => {
    const second = [leaves(3, '102', '1'), fromLeg(900, '102', '1', 180), toCaller(901, 180)];
    const reInvite = [
      sip(5_000, 'INVITE', 0, CALLER, PROXY, { branch: 'hold', cseq: 2, toTag: 'b0' }),
      toCaller(5_010, 200, { branch: 'hold', cseq: 2 }),
    ];
    const begin = [arrives(0), leaves(2, '101', '0'), fromLeg(4, '101', '0', 180), fromLeg(2_000, '101', '0', 200)];
    expect(fold([...begin, ...second, ...reInvite, ...byeOfCaller(8_000)])).toMatchObject({ ringingAt: ms(4), answeredAt: ms(2_000) });
  });

  test('an answered call without an end is closed by rule at its last sign of life, by the system', () => {
    expect(fold(answeredUntilBye(), ms(60_000))).toMatchObject({
      end: null,
      source: 'rule',
      endedAt: ms(60_000),
      hangupBy: 'system',
      sipCode: 200,
    });
    expect(fold(answeredUntilBye(), 0)).toMatchObject({ endedAt: ms(2_001) });
  });

  test('the last fact of a dialog is a sign of life too', () => {
    const hold = sip(4_000, 'INVITE', 0, CALLER, PROXY, { cseq: 2, toTag: 'b0', branch: 're' });
    expect(fold([...answeredUntilBye(), hold], ms(3_000))).toMatchObject({ end: null, endedAt: ms(4_000) });
  });

  test('facts without any INVITE are nothing', () => {
    expect(foldCall(byeOfCaller(10), 0)).toEqual({ kind: 'nothing' });
    expect(foldCall([{ kind: 'activity', at: ms(1), callId: 'c' }], 0)).toEqual({ kind: 'nothing' });
  });
});

describe('events', () => {
  test('the accounting record alone tells the whole call', () => {
    expect(fold([cdr()])).toMatchObject({
      edgeTenant: 't1',
      direction: 'in',
      fromUser: '79161234567',
      did: '74951000101',
      startedAt: ms(0),
      ringingAt: ms(5),
      answeredAt: ms(2_000),
      endedAt: ms(8_000),
      answeredBy: '101@alfa',
      hangupBy: 'callee',
      recordRule: 'all',
      source: 'events',
      end: 'cdr',
    });
  });

  test('a record with whole seconds only gives way to packets, and stands without them', () => {
    const plain = cdr({
      ts_invite: null,
      ts_ring: null,
      ts_answer: null,
      ts_end: null,
      hangup: null,
      answered_by: null,
      created: T0 / 1e6,
      time: T0 / 1e6 + 2,
    });
    expect(fold([plain])).toMatchObject({ startedAt: ms(0), answeredAt: ms(2_000), endedAt: ms(8_000), hangupBy: 'system', end: 'cdr' });
    const both = fold([plain, ...answeredUntilBye().map((f) => ({ ...f, at: f.at + 400_000 })), ...byeOfCaller(8_401)]);
    expect(both).toMatchObject({
      startedAt: ms(400),
      ringingAt: ms(405),
      answeredAt: ms(2_401),
      endedAt: ms(8_401),
      hangupBy: 'caller',
      answeredBy: '101',
    });
  });

  test('a hangup without a word is the system', () => {
    const facts = [state(0, 'start'), state(2_000, 'answered', { code: 200, who: '101@alfa' }), state(8_000, 'ended', { who: null })];
    expect(fold(facts)).toMatchObject({ hangupBy: 'system', end: 'event', endedAt: ms(8_000) });
    expect(fold([...facts, cdr({ hangup: null })])).toMatchObject({ hangupBy: 'system', end: 'cdr' });
  });

  test('the word of the script on who hung up goes before what packets look like', () => {
    const facts = [state(0, 'start'), state(2_000, 'answered', { code: 200, who: '101@alfa' }), state(8_000, 'ended', { who: null })];
    expect(fold([...facts, ...answeredUntilBye(), ...byeOfCaller(8_000)])).toMatchObject({ hangupBy: 'system', end: 'event' });
  });

  test('the script says who gave up', () => {
    expect(fold([state(0, 'start'), state(3_000, 'failed', { code: '487', who: 'caller' })])).toMatchObject({
      sipCode: 487,
      hangupBy: 'caller',
      endedAt: ms(3_000),
      end: 'event',
    });
    expect(fold([state(0, 'start'), state(3_000, 'failed', { code: 408, who: 'callee' })])).toMatchObject({ sipCode: 408, hangupBy: '' });
  });

  test('a missed record ends the call only when no other target was tried after it', () => {
    const first = [state(0, 'start'), leg(5, '105', 0, 'INVITE'), leg(10, '105', 0, 180), leg(1_040, '105', 0, 486), missed(1_040, 486)];
    expect(fold(first)).toMatchObject({ end: 'missed', sipCode: 486, endedAt: ms(1_040) });
    expect(fold([...first, leg(1_041, '106', 1, 'INVITE')])).toMatchObject({ end: null });
    expect(fold([...first, leg(1_041, '106', 1, 'INVITE'), leg(9_000, '106', 1, 480), missed(9_000, 480)])).toMatchObject({
      end: 'missed',
      sipCode: 480,
      endedAt: ms(9_000),
    });
  });

  test('packets that show another target keep a missed call open', () => {
    const facts = [
      missed(1_040, 486),
      arrives(0),
      leaves(5, '105', '0'),
      fromLeg(1_040, '105', '0', 486),
      leaves(1_042, '106', '1'),
      fromLeg(1_044, '106', '1', 180),
    ];
    expect(fold(facts)).toMatchObject({ end: null });
    expect(fold([...facts, fromLeg(9_000, '106', '1', 480), toCaller(9_001, 480)])).toMatchObject({
      end: 'missed',
      sipCode: 480,
      endedAt: ms(9_001),
    });
  });

  test('the record of the failed transaction is final though the code of its leg was lost', () => {
    const lost = [state(0, 'start'), leg(40, '105', 0, 'INVITE'), missed(60, 486)];
    expect(fold(lost)).toMatchObject({ end: null });
    const record = { ...(lost[2] as EventFact), method: 'E_ACC_EVENT' };
    expect(fold([...lost, record])).toMatchObject({ end: 'missed', sipCode: 486 });
  });

  test('records of success and of other methods end nothing', () => {
    const facts = [state(0, 'start'), missed(1_000, 200), { ...missed(1_000, 481, { method: 'BYE' }), method: 'E_ACC_EVENT' }];
    expect(fold(facts)).toMatchObject({ end: null, sipCode: 0 });
  });

  test('when the word of the start or of the answer was lost, what is left of the events stands in', () => {
    expect(fold([state(5, 'ringing', { code: 180 }), state(3_000, 'failed', { code: 480, who: 'callee' })])).toMatchObject({
      startedAt: ms(5),
      sipCode: 480,
    });
    const lost = [state(0, 'start'), leg(2, '101', 0, 'INVITE'), leg(2_000, '101', 0, 200), state(8_000, 'ended', { who: 'downstream' })];
    expect(fold(lost)).toMatchObject({ answeredAt: ms(2_000), answeredBy: '101@alfa', sipCode: 200, hangupBy: 'caller' });
  });

  test('a leg that rang is ringing, though the word of the script was lost', () => {
    const lost = [
      state(0, 'start'),
      leg(2, '101', 0, 'INVITE'),
      leg(300, '101', 0, 180),
      state(8_000, 'failed', { code: 487, who: 'caller' }),
    ];
    expect(fold(lost)).toMatchObject({ ringingAt: ms(300), sipCode: 487 });
    const packets = [arrives(0), leaves(2, '101', '0'), fromLeg(100, '101', '0', 180), toCaller(101, 180)];
    expect(fold([...lost, ...packets])).toMatchObject({ ringingAt: ms(101) });
  });

  test('the leg that must have answered is answered, though its code was lost', () => {
    const facts = [leg(2, '101', 0, 'INVITE'), leg(2, '102', 1, 'INVITE'), cdr()];
    expect(legsOf(fold(facts))).toEqual([
      ['101@alfa', 200, 'answered'],
      ['102@alfa', 487, 'cancelled'],
    ]);
  });

  test('a repeated code is the same leg, the same target offered again another', () => {
    const facts = [
      state(0, 'start'),
      leg(2, '101', 0, 'INVITE'),
      leg(3, '101', 0, 180),
      leg(503, '101', 0, 180),
      leg(900, '101', 0, 486),
      leg(1_400, '101', 0, 486),
      leg(1_500, '101', 0, 'INVITE'),
      leg(3_000, '101', 0, 480),
      state(3_001, 'failed', { code: 480 }),
    ];
    expect(legsOf(fold(facts))).toEqual([
      ['101@alfa', 486, 'busy'],
      ['101@alfa', 480, 'unavailable'],
    ]);
  });
});

describe('both sources', () => {
  test('events are taken, packets fill what they leave out', () => {
    const facts = [...answeredUntilBye(), ...byeOfCallee(8_004), cdr({ ts_ring: null })];
    expect(fold(facts)).toMatchObject({
      startedAt: ms(0),
      ringingAt: ms(5),
      answeredAt: ms(2_000),
      endedAt: ms(8_000),
      fromHost: 'carrier',
      end: 'cdr',
      source: 'events',
    });
  });

  test('one branch is one leg, also when the contact of the phone is not named after its extension', () => {
    const events = [state(0, 'start'), leg(2, '101', 0, 'INVITE'), leg(2, '102', 1, 'INVITE'), leg(2_000, '102', 1, 200)];
    const packets = [
      arrives(0),
      leaves(3, 'k3j9x', '0'),
      leaves(3, '102', '1'),
      fromLeg(4, 'k3j9x', '0', 180),
      fromLeg(2_000, '102', '1', 200),
      toCaller(2_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold([...events, ...packets]))).toEqual([
      ['101@alfa', 487, 'no_answer'],
      ['102@alfa', 200, 'answered'],
    ]);
  });

  test('legs of one target are matched by time when one source lost the first', () => {
    const packets = [
      arrives(0),
      leaves(2, '101', '0'),
      fromLeg(4, '101', '0', 486),
      leaves(5_000, '101', '1'),
      fromLeg(7_000, '101', '1', 200),
      toCaller(7_001, 200),
      ...byeOfCaller(8_000),
    ];
    expect(legsOf(fold([state(0, 'start'), leg(4_999, '101', 1, 'INVITE'), leg(7_000, '101', 1, 200), ...packets]))).toEqual([
      ['101', 486, 'busy'],
      ['101@alfa', 200, 'answered'],
    ]);
  });

  test('events that stop coming: the packets end the call', () => {
    expect(
      fold([state(0, 'start'), state(2_000, 'answered', { code: 200, who: '101@alfa' }), ...answeredUntilBye(), ...byeOfCaller(8_000)]),
    ).toMatchObject({ end: 'hep', source: 'hep', endedAt: ms(8_000), hangupBy: 'caller', edgeTenant: 't1' });
  });
});

describe('a Call-ID used again', () => {
  const second = (shift: number): Fact[] =>
    [arrives(0), leaves(2, '101', '0'), toCaller(5, 180), fromLeg(1_000, '101', '0', 486), toCaller(1_001, 486)].map((f) => ({
      ...f,
      at: f.at + shift * 1_000,
      fromTag: 'z',
      branch: `${f.branch}z`,
    }));
  const events = (shift: number, code: number) => [
    state(shift, 'start'),
    leg(shift + 2, '101', 0, 'INVITE'),
    leg(shift + 900, '101', 0, code),
    state(shift + 901, 'failed', { code, who: 'callee' }),
  ];

  test('after the end begins the next dialog; late facts go to their own', () => {
    const one = [...answeredUntilBye(), ...byeOfCaller(8_000), cdr()];
    const groups = splitDialogs([...second(9_000), ...events(9_000, 486), ...one]);
    expect(groups).toHaveLength(2);
    expect(fold(groups[0] as Fact[])).toEqual(fold(one));
    expect(fold(groups[1] as Fact[])).toMatchObject({ startedAt: ms(9_000), sipCode: 486, edgeTenant: 't1' });
  });

  test('even at once, and by events alone', () => {
    const record = (shift: number, tag: string) => missed(shift + 901, 486, { from_tag: tag, ts_invite: stamp(shift) });
    const groups = splitDialogs([...events(0, 486), record(0, 'a'), ...events(905, 486), record(905, 'z')]);
    expect(groups.map((g) => g.length)).toEqual([5, 5]);
    expect(groups.map((g) => fold(g).startedAt)).toEqual([ms(0), ms(905)]);
  });

  test('its start goes with it though the clock of the events is a little behind', () => {
    const one = [...answeredUntilBye(), ...byeOfCaller(8_000)];
    const groups = splitDialogs([...one, state(0, 'start'), ...second(9_000), state(8_990, 'start')]);
    expect(groups.map((g) => fold(g).startedAt)).toEqual([ms(0), ms(8_990)]);
  });

  test('another tag while the first dialog goes on belongs to it, challenges and busy legs notwithstanding', () => {
    const facts = [
      arrives(0),
      toCaller(1, 407),
      arrives(3, { cseq: 2, branch: 'up2' }),
      leaves(5, '101', '0'),
      fromLeg(7, '101', '0', 486),
      leaves(9, '102', '1', { fromTag: 'other' }),
    ];
    expect(splitDialogs(facts)).toHaveLength(1);
  });

  test('one dialog is one group', () => {
    const facts = [...answeredUntilBye(), ...byeOfCallee(8_000), cdr()];
    expect(splitDialogs(facts)).toEqual([facts]);
  });
});

describe('order and repetition', () => {
  const random = (seed: number) => {
    let s = seed;
    return () => {
      s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
      return s / 2 ** 32;
    };
  };
  const script = [
    state(0, 'start'),
    leg(2, '101', 0, 'INVITE'),
    leg(2, '102', 1, 'INVITE'),
    leg(4, '101', 0, 180),
    state(5, 'ringing', { code: 180 }),
    leg(2_000, '101', 0, 200),
    state(2_000, 'answered', { code: 200, who: '101@alfa' }),
    leg(2_003, '102', 1, 487),
    state(8_000, 'ended', { who: 'upstream' }),
    cdr(),
  ];
  const all: Fact[] = [...answeredUntilBye(), leaves(2, '102', '1'), fromLeg(2_003, '102', '1', 487), ...byeOfCallee(8_000), ...script];

  test('any part of a call gives the same draft in any order, with copies by the other transport and with repeats', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const next = random(seed);
      const some = all.filter(() => next() < 0.7);
      const expected = foldCall(some, ms(9_000));
      const copies = some
        .filter(() => next() < 0.5)
        .map((f) => (f.kind === 'sip' ? { ...f, at: f.at + Math.floor(next() * 3_000) } : { ...f }));
      const mixed = [...some, ...copies]
        .map((f) => ({ f, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map((x) => x.f);
      expect(foldCall(mixed, ms(9_000)), `seed ${seed}`).toEqual(expected);
    }
  });

  test('whatever is missing, times are in order and an ended call ends', () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const next = random(seed);
      const keep = next();
      const folded = foldCall(
        all.filter(() => next() < keep),
        ms(9_000),
      );
      if (folded.kind !== 'call') continue;
      const { startedAt, ringingAt, answeredAt, endedAt, sipCode, answeredBy } = folded.draft;
      expect(startedAt).toBeGreaterThanOrEqual(ms(0));
      expect(endedAt).toBeGreaterThanOrEqual(Math.max(startedAt, ringingAt, answeredAt));
      if (ringingAt > 0) expect(ringingAt).toBeGreaterThanOrEqual(startedAt);
      if (answeredAt > 0) expect(answeredAt).toBeGreaterThanOrEqual(Math.max(startedAt, ringingAt));
      expect(sipCode === 200).toBe(answeredAt > 0);
      if (answeredBy !== '') expect(answeredAt).toBeGreaterThan(0);
    }
  });
});
