import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { expect, test } from 'vitest';
import { dueFor, newSettleState, noteFact, type SettleState, securityDue, settleDeadline, silenceDue } from './settle.ts';

const RULES = { dialogLimitMs: 7_200_000 };
/** stream time of the first arrival, ms */
const A0 = 1_795_445_573_000;

function sip(method: string, code: number): SipFact {
  return {
    kind: 'sip',
    at: A0 * 1_000,
    callId: 'c',
    method,
    code,
    cseq: 1,
    src: '10.0.0.1:5060',
    dst: '10.0.0.9:5060',
    fromUser: '',
    fromHost: '',
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
    hash: 0,
  };
}

const event = (method: string, params: EventFact['params'] = {}): EventFact => ({
  kind: 'event',
  at: A0 * 1_000,
  callId: 'c',
  method,
  params,
});
const call = (state: string) => event('E_PBX_CALL', { state });
const life: Fact = { kind: 'activity', at: A0 * 1_000, callId: 'c' };

/** @param arrivals facts with the ms after A0 at which they arrived */
function noted(...arrivals: [number, Fact][]): SettleState {
  const state = newSettleState();
  for (const [after, fact] of arrivals) noteFact(state, fact, A0 + after);
  return state;
}

/** ms after A0 */
const due = (state: SettleState) => settleDeadline(state, RULES) - A0;

test('the accounting record makes a call due at once', () => {
  expect(due(noted([0, call('start')], [8_000, call('ended')], [8_010, event('E_ACC_CDR')]))).toBe(8_010);
});

test('the word of the script makes it due 300 ms later, counted from the last such word', () => {
  expect(due(noted([0, call('start')], [8_000, call('ended')]))).toBe(8_300);
  expect(due(noted([0, call('start')], [8_000, call('failed')], [8_200, call('failed')]))).toBe(8_500);
});

test('a missed record alone waits for 3 s of silence', () => {
  expect(due(noted([0, call('start')], [1_000, event('E_ACC_MISSED_EVENT')]))).toBe(4_000);
  expect(due(noted([0, call('start')], [1_000, event('E_ACC_MISSED_EVENT')], [2_500, event('E_PBX_LEG', { leg: '106', code: 180 })]))).toBe(
    5_500,
  );
});

test('packets only: 1.5 s after the last BYE, CANCEL or final answer', () => {
  expect(due(noted([0, sip('INVITE', 0)], [5_000, sip('INVITE', 486)]))).toBe(6_500);
  expect(due(noted([0, sip('INVITE', 0)], [900, sip('INVITE', 200)], [5_000, sip('BYE', 0)], [5_002, sip('BYE', 0)]))).toBe(6_502);
  expect(due(noted([0, sip('INVITE', 0)], [5_000, sip('CANCEL', 0)]))).toBe(6_500);
});

test('packets that end a call whose events had been coming wait 10 s for the event', () => {
  expect(due(noted([0, call('start')], [5_000, sip('BYE', 0)]))).toBe(15_000);
});

test('failed authentication is looked at 1.5 s after the attempt, and told 5 s after it', () => {
  expect(securityDue(noted([0, event('E_PBX_AUTH')])) - A0).toBe(5_000);
  expect(due(noted([0, event('E_PBX_AUTH')]))).toBe(1_500);
  expect(due(noted([0, sip('INVITE', 0)], [1, sip('INVITE', 407)]))).toBe(1_501);
});

test('an unanswered call is closed after 200 s of silence', () => {
  expect(due(noted([0, sip('INVITE', 0)], [5_000, sip('INVITE', 180)]))).toBe(205_000);
});

test('an answered call is closed when both 15 min of silence and the limit of a dialog have passed', () => {
  const answered: [number, Fact][] = [
    [0, sip('INVITE', 0)],
    [5_000, sip('INVITE', 200)],
  ];
  expect(due(noted(...answered))).toBe(5_000 + 7_200_000);
  expect(due(noted(...answered, [7_000_000, life]))).toBe(7_000_000 + 900_000);
  expect(silenceDue(noted([0, call('start')], [5_000, call('answered')]), RULES) - A0).toBe(5_000 + 7_200_000);
});

test('a Call-ID that is used again has the limit of a dialog from its next answer', () => {
  const twice = noted([0, call('answered')], [5_000, call('ended')], [9_000, call('answered')]);
  expect(silenceDue(twice, RULES) - A0).toBe(9_000 + 7_200_000);
});

test('what was looked at and is not over is due again only by something new', () => {
  const state = noted([0, sip('INVITE', 0)], [1_000, sip('INVITE', 486)]);
  expect(due(state)).toBe(2_500);
  state.lookedAt = A0 + 2_500;
  expect(due(state)).toBe(6_000);
  state.lookedAt = A0 + 6_000;
  expect(due(state)).toBe(201_000);
  noteFact(state, sip('INVITE', 480), A0 + 4_000);
  expect(due(state)).toBe(5_500);
});

test('what arrives in the very millisecond of a look is looked at', () => {
  const state = noted([0, call('start')], [1_000, event('E_ACC_MISSED_EVENT')]);
  state.lookedAt = A0 + 4_000;
  noteFact(state, event('E_ACC_CDR'), A0 + 4_000);
  expect(due(state)).toBe(4_000);
});

test('a look that is not followed by a fact always moves the deadline on', () => {
  const kinds: Fact[] = [
    sip('INVITE', 0),
    sip('INVITE', 180),
    sip('INVITE', 200),
    sip('INVITE', 486),
    sip('BYE', 0),
    call('start'),
    call('answered'),
    call('ended'),
    event('E_ACC_MISSED_EVENT'),
    event('E_ACC_CDR'),
    life,
  ];
  for (const first of kinds)
    for (const second of kinds) {
      const state = noted([0, first], [700, second]);
      for (let looks = 0; looks < 10; looks++) {
        const at = settleDeadline(state, RULES);
        expect(at).toBeGreaterThan(state.lookedAt);
        if (at >= silenceDue(state, RULES)) break;
        state.lookedAt = at;
        expect(looks).toBeLessThan(5);
      }
    }
});

test('a way of ending that nothing spoke of is never due', () => {
  const state = noted([0, call('start')]);
  for (const end of ['cdr', 'event', 'missed', 'hep'] as const) expect(dueFor(end, state)).toBe(Number.POSITIVE_INFINITY);
});

test('the summary survives JSON, as snapshots keep it', () => {
  const state = noted([0, call('start')], [8_000, call('ended')]);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});
