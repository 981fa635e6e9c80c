import type { Fact } from '@callscope/core/bus/facts.ts';
import { describe, expect, test } from 'vitest';
import { foldCall } from './fold.ts';
import {
  answeredUntilBye,
  arrives,
  byeOfCallee,
  byeOfCaller,
  CALLER,
  event,
  fold,
  fromLeg,
  leaves,
  legsOf,
  ms,
  PROXY,
  phone,
  sip,
  toCaller,
} from './fold-facts.ts';

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
