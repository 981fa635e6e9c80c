import type { Fact } from '@callscope/core/bus/facts.ts';
import { describe, expect, test } from 'vitest';
import { foldCall, splitDialogs } from './fold.ts';
import {
  answeredUntilBye,
  arrives,
  byeOfCallee,
  byeOfCaller,
  cdr,
  fold,
  fromLeg,
  leaves,
  leg,
  legsOf,
  missed,
  ms,
  stamp,
  state,
  toCaller,
} from './fold-facts.ts';

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
