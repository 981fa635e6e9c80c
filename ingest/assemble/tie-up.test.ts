import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import { Directories } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import { Conversation } from './conversation.ts';
import { reachOfConversation } from './reading.ts';
import { Shelf } from './shelf.ts';
import { TieUp } from './tie-up.ts';
import { areWithinReach } from './ties.ts';

function invite(callId: string, from: string, to: string, more: Partial<SipFact> = {}): SipFact {
  return {
    kind: 'sip',
    at: 1_795_445_573_000_000,
    callId,
    method: 'INVITE',
    code: 0,
    cseq: 1,
    src: '10.0.0.1:5060',
    dst: '10.0.0.2:5060',
    fromUser: from,
    fromHost: 'alfa.pbx.test',
    fromTag: `tag-${callId}`,
    toTag: '',
    uriUser: to,
    uriHost: 'alfa.pbx.test',
    branch: `z9hG4bK-${callId}`,
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    correlation: '',
    hash: 1,
    ...more,
  };
}

function event(callId: string, method: string, params: EventFact['params']): EventFact {
  return { kind: 'event', at: 1_795_445_573_000_000, callId, method, params };
}

const refer = (by: string, to: string) => invite('first', by, '', { method: 'REFER', toTag: 'x', referTo: to });

test.each<[string, Fact]>([
  ['an INVITE that takes the place of another dialog', invite('a', '101', '102', { replaces: 'first' })],
  ['what the capture agent correlates', invite('a', '101', '102', { correlation: 'first' })],
  ['an INVITE of a referred party', invite('a', '101', '102', { referredBy: '103' })],
  ['a call that was sent on', invite('a', '101', '102', { divertedBy: '103' })],
  ['a REFER', refer('101', '102')],
  ['an event of a conversation', event('a', 'E_PBX_CALL', { state: 'start', conversation: 'first' })],
  ['an event of a transfer', event('a', 'E_CALL_TRANSFER', { state: 'start', transfer_callid: 'first' })],
])('%s may tie its Call-ID to another one', (_, fact) => {
  const ties = new TieUp(new Shelf(), new Directories());
  expect(ties.mayTie([invite('a', '101', '102'), fact])).toBe(true);
});

test('a plain call may be tied to another one only while somebody looks for one of its people', () => {
  const shelf = new Shelf();
  const ties = new TieUp(shelf, new Directories());
  const plain = [invite('b', '79161234567', '102'), event('b', 'E_PBX_CALL', { state: 'start', src: '79161234567', dst: '102' })];
  expect(ties.mayTie(plain)).toBe(false);
  const referred = new Conversation('first');
  for (const fact of [invite('first', '79161234567', '101'), refer('101', 'sip:102@alfa.pbx.test')]) referred.add(fact, 0);
  shelf.putOpen(referred);
  ties.tieAll(referred);
  expect(ties.mayTie(plain)).toBe(true);
  expect(ties.mayTie([invite('c', '104', '105')])).toBe(false);
  ties.forget(referred);
  expect(ties.mayTie(plain)).toBe(false);
});

/** A dialog that begins `seconds` later and, unless it goes on, lasts a minute. */
function conversation(callId: string, seconds: number, more: Partial<SipFact> = {}, goesOn = false): Conversation {
  const at = 1_795_445_573_000_000 + seconds * 1e6;
  const out = new Conversation(callId);
  const first = invite(callId, '101', '102', { at, ...more });
  out.add(first, 0);
  const answer = { ...first, ...{ at: at + 1e6, code: 200, toTag: 'x', src: first.dst, dst: first.src, replaces: '' } };
  out.add(answer, 0);
  if (!goesOn) out.add({ ...first, ...{ at: at + 60e6, method: 'BYE', toTag: 'x', replaces: '', correlation: '' } }, 0);
  return out;
}

test.each<[string, boolean, Conversation, Conversation]>([
  ['began as the other had ended', true, conversation('a', 0), conversation('b', 69)],
  ['began long after the other had ended', false, conversation('a', 0), conversation('b', 75)],
  ['began long after the other, which goes on', true, conversation('a', 0, {}, true), conversation('b', 3_600)],
  ['names the other, however long after', true, conversation('a', 0), conversation('b', 3_600, { replaces: 'a' })],
  [
    'is correlated with what the other is',
    true,
    conversation('a', 0, { correlation: 'x' }),
    conversation('b', 3_600, { correlation: 'x' }),
  ],
])('one that %s: within reach %s, either way round', (_, isWithin, a, b) => {
  const [x, y] = [reachOfConversation(a), reachOfConversation(b)];
  expect([areWithinReach(x, y), areWithinReach(y, x)]).toEqual([isWithin, isWithin]);
});
