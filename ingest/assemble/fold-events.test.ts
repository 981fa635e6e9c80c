import type { EventFact } from '@callscope/core/bus/facts.ts';
import { describe, expect, test } from 'vitest';
import {
  answeredUntilBye,
  arrives,
  byeOfCaller,
  cdr,
  fold,
  fromLeg,
  leaves,
  leg,
  legsOf,
  missed,
  ms,
  state,
  T0,
  toCaller,
} from './fold-facts.ts';

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

  test('what is no status code, no time and no length of a call is none', () => {
    const odd = ['1e999', 1e308, -1, 1.5, 'NaN', 2 ** 53, '＋7', ' '];
    for (const value of odd) {
      const call = fold([
        state(0, 'start'),
        leg(1, '101', 0, 'INVITE'),
        leg(2, '101', 0, value as string),
        state(5, 'failed', { code: value }),
        missed(6, 486, { sip_code: value, created: value }),
      ]);
      expect(call.sipCode, String(value)).toBe(0);
      const answered = fold([
        state(0, 'start'),
        state(2_000, 'answered'),
        cdr({ ts_invite: null, ts_answer: null, ts_end: null, created: value, time: value, ms_duration: value, duration: value }),
      ]);
      for (const at of [answered.startedAt, answered.answeredAt, answered.endedAt])
        expect(Number.isSafeInteger(at), String(value)).toBe(true);
    }
  });

  test('the line to a carrier is the last that was tried', () => {
    const out = { direction: 'out', trunk: 'cheap' };
    expect(
      fold([state(0, 'start', { direction: 'out' }), state(10, 'ringing', out), state(20, 'answered', { ...out, trunk: 'dear' }), cdr()]),
    ).toMatchObject({
      trunk: 'dear',
    });
    expect(fold([state(0, 'start'), cdr()])).toMatchObject({ trunk: '' });
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
