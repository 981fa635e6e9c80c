import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { Directories } from '@callscope/core/domain/directory.ts';
import { describe, expect, test } from 'vitest';
import { Conversation } from './conversation.ts';
import { dialogId, readConversation } from './reading.ts';
import { namedCallIds, partyKey } from './ties.ts';

const T0 = 1_795_445_573_000_000;
const us = (seconds: number) => T0 + Math.round(seconds * 1e6);

interface Told {
  from: string;
  to: string;
  start: number;
  ring?: number;
  answer?: number;
  end: number;
  by?: 'caller' | 'callee';
  code?: number;
  tenant?: string;
  direction?: 'in' | 'out' | 'int';
  /** of the first INVITE */
  invite?: Partial<SipFact>;
  /** of every event of the script */
  event?: EventFact['params'];
}

/** One dialog as the edge tells it: script events, and the INVITE that arrives. */
function dialog(callId: string, d: Told): Fact[] {
  const common = { callid: callId, tenant: d.tenant ?? 't1', direction: d.direction ?? 'int', src: d.from, dst: d.to, ...d.event };
  const state = (at: number, name: string, more: EventFact['params'] = {}): EventFact => ({
    kind: 'event',
    at: us(at),
    callId,
    method: 'E_PBX_CALL',
    params: { ...common, state: name, ...more },
  });
  const leg = (at: number, code: string | number): EventFact => ({
    kind: 'event',
    at: us(at),
    callId,
    method: 'E_PBX_LEG',
    params: { callid: callId, tenant: common.tenant, leg: `${d.to}@alfa`, branch: 0, code },
  });
  const facts: Fact[] = [sip(callId, d.start, 'INVITE', { fromUser: d.from, uriUser: d.to, ...d.invite }), state(d.start, 'start')];
  facts.push(leg(d.start + 0.01, 'INVITE'));
  if (d.ring !== undefined) facts.push(leg(d.ring, 180), state(d.ring, 'ringing'));
  if (d.answer !== undefined) facts.push(leg(d.answer, 200), state(d.answer, 'answered', { code: 200, who: `${d.to}@alfa` }));
  const who = { caller: 'downstream', callee: 'upstream' }[d.by ?? 'callee'];
  facts.push(d.answer === undefined ? state(d.end, 'failed', { code: d.code ?? 487 }) : state(d.end, 'ended', { who }));
  if (d.answer === undefined) facts.push(leg(d.end, d.code ?? 487));
  return facts;
}

function sip(callId: string, at: number, method: string, more: Partial<SipFact> = {}): SipFact {
  return {
    kind: 'sip',
    at: us(at),
    callId,
    method,
    code: 0,
    cseq: 1,
    src: '10.0.1.1:5060',
    dst: '10.0.0.9:5060',
    fromUser: '',
    fromHost: 'alfa',
    fromTag: `${callId}-a`,
    toTag: method === 'INVITE' ? '' : `${callId}-b`,
    uriUser: '',
    uriHost: 'alfa',
    branch: `${callId}-${method}-${at}`,
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    correlation: '',
    hash: Math.round(at * 1_000),
    ...more,
  };
}

const refer = (callId: string, at: number, by: string, to: string, more: Partial<SipFact> = {}) =>
  sip(callId, at, 'REFER', { fromUser: by, referTo: to, referredBy: by, ...more });

/** All facts in one conversation, as the book brings them together; what each call comes to. */
function read(facts: readonly Fact[]) {
  const conversation = new Conversation((facts[0] as Fact).callId);
  for (const fact of [...facts].reverse()) conversation.add(fact, 0);
  return readConversation(conversation, new Directories()).calls.map(({ dialogs, draft, end }) => ({
    ids: dialogs.map(dialogId),
    from: draft.fromUser,
    dialled: draft.dialled,
    direction: draft.direction,
    answeredBy: draft.answeredBy.split('@')[0],
    start: (draft.startedAt - T0) / 1e6,
    answer: draft.answeredAt === 0 ? null : (draft.answeredAt - T0) / 1e6,
    end: (draft.endedAt - T0) / 1e6,
    code: draft.sipCode,
    hangupBy: draft.hangupBy,
    shown: draft.shownNumber,
    legs: draft.legs.map((l) => `${l.target.split('@')[0]} ${l.sipCode}`),
    over: end !== null,
  }));
}

const customer = '79161234567';
/** an outside caller talks to 101 */
const inbound = (more: Partial<Told> = {}) =>
  dialog('x', { from: customer, to: '101', direction: 'in', start: 0, ring: 1, answer: 5, end: 20, ...more });

describe('several Call-IDs are one call', () => {
  test('a blind transfer: the caller is with the new target, who ends the call', () => {
    const calls = read([
      ...inbound(),
      refer('x', 18, '101', '102'),
      ...dialog('y', { from: customer, to: '102', start: 19, ring: 20, answer: 25, end: 60, invite: { referredBy: '101' } }),
    ]);
    expect(calls).toEqual([
      {
        ...{ ids: ['x', 'y'], from: customer, dialled: '101', direction: 'in', answeredBy: '102', start: 0, answer: 5, end: 60 },
        ...{ code: 200, hangupBy: 'callee', shown: '', legs: ['101 200', '102 200'], over: true },
      },
    ]);
  });

  test('either of REFER and Referred-By is enough', () => {
    const second = { from: customer, to: '102', start: 19, ring: 20, answer: 25, end: 60 };
    expect(read([...inbound(), refer('x', 18, '101', '102'), ...dialog('y', second)])).toHaveLength(1);
    expect(read([...inbound(), ...dialog('y', { ...second, invite: { referredBy: '101' } })])).toHaveLength(1);
    expect(read([...inbound(), ...dialog('y', second)])).toHaveLength(2);
  });

  test('a transfer whose target does not answer leaves the one who answered', () => {
    const [call, ...others] = read([
      ...inbound(),
      refer('x', 18, '101', '102'),
      ...dialog('y', { from: customer, to: '102', start: 19, ring: 20, end: 40, code: 480, invite: { referredBy: '101' } }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ answeredBy: '101', answer: 5, end: 40, code: 200, legs: ['101 200', '102 480'] });
  });

  test('who was called and is handed to a colleague stays the one who answered', () => {
    const [call] = read([
      ...dialog('x', { from: '101', to: customer, direction: 'out', start: 0, ring: 2, answer: 5, end: 20 }),
      refer('x', 18, '101', '103'),
      ...dialog('y', { from: customer, to: '103', start: 19, answer: 22, end: 50, by: 'caller', invite: { referredBy: '101' } }),
    ]);
    // the customer ended it: the callee of the whole call
    expect(call).toMatchObject({ ids: ['x', 'y'], from: '101', direction: 'out', answeredBy: customer, end: 50, hangupBy: 'callee' });
  });

  test('an attended transfer: the consultation belongs to it, and is not with the caller', () => {
    const [call, ...others] = read([
      ...inbound({ end: 40.5, by: 'callee' }),
      ...dialog('y', { from: '101', to: '102', start: 20, ring: 21, answer: 25, end: 40.2, by: 'callee' }),
      refer('x', 39, '101', '102', { replaces: 'y' }),
      ...dialog('z', { from: customer, to: '102', start: 40, answer: 40.1, end: 90, invite: { referredBy: '101', replaces: 'y' } }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ ids: ['x', 'y', 'z'], from: customer, answeredBy: '102', answer: 5, end: 90, hangupBy: 'callee' });
    expect(call?.legs).toEqual(['101 200', '102 200', '102 200']);
  });

  test('an attended transfer by the caller: INVITE with Replaces tells of the consultation when REFER was lost', () => {
    const [call, ...others] = read([
      ...dialog('x', { from: '101', to: customer, direction: 'out', start: 0, ring: 1, answer: 5, end: 40.5, by: 'caller' }),
      ...dialog('y', { from: '101', to: '102', start: 20, ring: 21, answer: 25, end: 40.2, by: 'callee' }),
      ...dialog('z', { from: customer, to: '102', start: 40, answer: 40.1, end: 90, invite: { referredBy: '101', replaces: 'y' } }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ ids: ['x', 'y', 'z'], from: '101', answeredBy: customer });
  });

  test('an attended transfer that fails: the caller is back with the one who answered', () => {
    const [call] = read([
      ...inbound({ end: 60, by: 'caller' }),
      ...dialog('y', { from: '101', to: '102', start: 20, ring: 21, answer: 25, end: 42 }),
      refer('x', 39, '101', '102', { replaces: 'y' }),
      ...dialog('z', { from: customer, to: '102', start: 40, end: 40.1, code: 481, invite: { referredBy: '101', replaces: 'y' } }),
    ]);
    expect(call).toMatchObject({ ids: ['x', 'y', 'z'], answeredBy: '101', end: 60, hangupBy: 'caller' });
  });

  test('a pickup: whoever took the ringing call answered it', () => {
    const [call, ...others] = read([
      ...inbound({ answer: undefined, end: 6, code: 487 }),
      ...dialog('z', { from: '105', to: customer, start: 5.5, answer: 6, end: 30, by: 'caller', invite: { replaces: 'x' } }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ ids: ['x', 'z'], from: customer, answeredBy: '105', answer: 6, end: 30, hangupBy: 'callee' });
  });

  test('a phone that sends the call on stands between the two that talk', () => {
    const [call, ...others] = read([
      ...inbound({ answer: 12.1, end: 40, by: 'caller' }),
      ...dialog('y', {
        from: customer,
        to: '79035550000',
        direction: 'out',
        start: 2,
        ring: 4,
        answer: 12,
        end: 40.1,
        invite: { divertedBy: '101' },
      }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ ids: ['x', 'y'], direction: 'in', answeredBy: '79035550000', answer: 12, dialled: '101' });
  });

  test('a queue: waiting for a person is not talk, whoever answers did', () => {
    const offer = { event: { conversation: 'x', role: 'offer' } };
    const [call, ...others] = read([
      ...inbound({ to: '700', ring: 0.1, answer: 0.2, end: 60, by: 'caller' }),
      ...dialog('a', { from: customer, to: '101', start: 3, ring: 4, end: 13, code: 408, ...offer }),
      ...dialog('b', { from: customer, to: '102', start: 13, ring: 14, answer: 20, end: 59.9, ...offer }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      ids: ['x', 'a', 'b'],
      answeredBy: '102',
      answer: 20,
      end: 60,
      legs: ['101 408', '102 200'],
      hangupBy: 'caller',
    });
  });

  test('a queue that reaches nobody is not answered', () => {
    const [call] = read([
      ...inbound({ to: '700', ring: 0.1, answer: 0.2, end: 30, by: 'caller' }),
      ...dialog('a', { from: customer, to: '101', start: 3, ring: 4, end: 13, code: 487, event: { conversation: 'x', role: 'offer' } }),
    ]);
    expect(call).toMatchObject({ answeredBy: '', answer: null, end: 30, code: 487, legs: ['101 487'] });
  });

  test('a queue without anybody to offer to is not answered either', () => {
    const [call] = read(inbound({ to: '700', ring: 0.1, answer: 0.2, end: 30, by: 'caller', event: { role: 'queue' } }));
    expect(call).toMatchObject({ answeredBy: '', answer: null, code: 487, hangupBy: 'caller', end: 30 });
  });

  test('a callback: the employee who is fetched first is the caller', () => {
    const toCustomer = sip('y', 3.01, 'INVITE', {
      ...{ src: '10.0.0.9:5060', dst: '10.0.2.1:5060', fromUser: '74951000101', uriUser: customer, fromTag: 'y-a', branch: 'y-out' },
    });
    const toEmployee = sip('x', 0.01, 'INVITE', { src: '10.0.0.9:5060', dst: '10.0.1.7:5060', fromUser: customer, uriUser: '101' });
    const [call, ...others] = read([
      ...dialog('x', { from: customer, to: '101', start: 0, ring: 1, answer: 3, end: 50, by: 'callee' }),
      ...[toEmployee, toCustomer],
      ...dialog('y', {
        ...{ from: '74951000101', to: customer, direction: 'out', start: 3, ring: 5, answer: 12, end: 51, by: 'caller' },
        event: { conversation: 'x', role: 'destination' },
      }),
    ]);
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      ids: ['x', 'y'],
      from: '101@alfa',
      dialled: customer,
      direction: 'out',
      answeredBy: customer,
      answer: 12,
      shown: '74951000101',
      hangupBy: 'caller',
    });
  });

  test('what the capture agent correlates is one call, by its first Call-ID or by an id of its own', () => {
    const b = { from: '74951000101', to: '101', start: 1, answer: 5, end: 20 };
    expect(read([...inbound(), ...dialog('y', { ...b, invite: { correlation: 'x' } })])).toHaveLength(1);
    expect(read([...inbound({ invite: { correlation: 'id-7' } }), ...dialog('y', { ...b, invite: { correlation: 'id-7' } })])).toHaveLength(
      1,
    );
  });
});

describe('what does not belong together stays apart', () => {
  const referred = (more: Partial<Told>) =>
    dialog('y', { from: customer, to: '102', start: 19, answer: 25, end: 60, invite: { referredBy: '101' }, ...more });

  test('a call of another company, whatever its headers name', () => {
    expect(read([...inbound(), refer('x', 18, '101', '102'), ...referred({ tenant: 't2' })])).toHaveLength(2);
    expect(read([...inbound(), ...referred({ tenant: 't2', invite: { replaces: 'x' } })])).toHaveLength(2);
  });

  test('a call long after the REFER, and one by somebody who took no part', () => {
    expect(read([...inbound(), refer('x', 18, '101', '102'), ...referred({ start: 29.5, answer: 30, invite: {} })])).toHaveLength(2);
    expect(read([...inbound(), refer('x', 18, '101', '102'), ...referred({ from: '79160000000', invite: {} })])).toHaveLength(2);
  });

  test('the next call of the same two people', () => {
    expect(
      read([...inbound(), ...dialog('y', { from: customer, to: '101', direction: 'in', start: 21, answer: 25, end: 60 })]),
    ).toHaveLength(2);
  });

  test('the call that the same people had before the one that is handed on', () => {
    const talk = { from: customer, to: '101', direction: 'in' as const };
    const handedOn = [...dialog('w', { ...talk, start: -10, answer: -8, end: -2 }), ...inbound(), ...referred({})];
    expect(read(handedOn).map((c) => c.ids)).toEqual([['w'], ['x', 'y']]);
    const told = [
      ...inbound(),
      ...dialog('w', { ...talk, start: 17, answer: 17.2, end: 17.4 }),
      refer('x', 18, '101', '102'),
      ...referred({}),
    ];
    expect(read(told).map((c) => c.ids)).toEqual([['x', 'y'], ['w']]);
  });

  test('a Call-ID that is used again: each dialog is a call, tied or not', () => {
    const again = dialog('x', {
      from: customer,
      to: '101',
      direction: 'in',
      start: 100,
      answer: 105,
      end: 120,
      invite: { fromTag: 'other' },
    });
    const calls = read([...inbound(), refer('x', 18, '101', '102'), ...referred({}), ...again]);
    expect(calls.map((c) => c.ids)).toEqual([['x', 'y'], ['x~2']]);
  });
});

test('numbers are the same people however they are written', () => {
  expect(['+79161234567', '89161234567', '9161234567@host', 'sip:79161234567'].map(partyKey)).toEqual(Array(4).fill('161234567'));
  expect(['101', '101@alfa', 'sip:101'].map(partyKey)).toEqual(['101', '101', '101']);
});

test('a fact names another Call-ID, never its own', () => {
  expect(namedCallIds(sip('x', 0, 'INVITE', { replaces: 'x', correlation: 'y' }))).toEqual(['y']);
});
