import type { EventFact, Fact, SipFact } from '@callscope/core/bus/facts.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { Directories } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import { PendingBlock, type SecurityRow } from './block.ts';
import { Book } from './book.ts';

const T0 = 1_795_445_573_000;
const SECOND = 1_000;

/** @param at seconds after T0, at the edge */
function sip(callId: string, at: number, method: string, code = 0, more: Partial<SipFact> = {}): SipFact {
  return {
    kind: 'sip',
    at: (T0 + at * SECOND) * 1_000,
    callId,
    method,
    code,
    cseq: 1,
    src: code === 0 ? '10.0.1.1:5060' : '10.0.0.9:5060',
    dst: code === 0 ? '10.0.0.9:5060' : '10.0.1.1:5060',
    fromUser: '79161234567',
    fromHost: 'alfa',
    fromTag: 'a',
    toTag: '',
    uriUser: '101',
    uriHost: 'alfa',
    branch: 'up',
    referTo: '',
    referredBy: '',
    replaces: '',
    divertedBy: '',
    correlation: '',
    hash: Math.round(at * 1_000) + code,
    ...more,
  };
}

function said(callId: string, at: number, state: string, more: EventFact['params'] = {}): EventFact {
  const params = { callid: callId, state, tenant: 't1', direction: 'in', src: '79161234567', dst: '101', did: '', ...more };
  return { kind: 'event', at: (T0 + at * SECOND) * 1_000, callId, method: 'E_PBX_CALL', params };
}

/** Facts as they arrive (seconds after T0), then two minutes of whatever becomes due. */
function played(arrivals: readonly [number, ...Fact[]][]) {
  const book = new Book({
    rules: { dialogLimitMs: 14_400_000 },
    keepMs: 600_000,
    memoryBytes: 1e9,
    directories: new Directories(),
    onPoison: (_, error) => {
      throw error;
    },
  });
  const rows = new Map<string, CallRow>();
  const security: SecurityRow[] = [];
  let seq = 0;
  let looks = 0;
  const apply = (time: number, facts: readonly Fact[]) => {
    book.apply(++seq, time, facts);
    const block = book.cut(true);
    for (const row of block?.rows ?? []) rows.set(row.id, row);
    for (const { row } of block?.revisions ?? []) rows.set(row.id, row);
    for (const { row } of block?.removed ?? []) rows.delete(row.id);
    security.push(...(block?.security ?? []));
  };
  const passTime = (until: number) => {
    for (let due = book.nextDue(); due < until; due = book.nextDue(), looks++) apply(Math.max(due, book.state.time + 1), []);
  };
  for (const [at, ...facts] of [...arrivals].sort((a, b) => a[0] - b[0])) {
    passTime(T0 + at * SECOND);
    apply(T0 + at * SECOND, facts);
  }
  passTime(book.state.time + 120 * SECOND);
  const calls = [...rows.values()].map((r) => ({ id: r.id, callIds: r.callIds, result: r.result }));
  return { calls, security: security.length, open: book.openCount, looks };
}

const refused = (callId: string, at: number) => [sip(callId, at, 'INVITE'), sip(callId, at + 0.01, 'INVITE', 407)];
const withPassword = (callId: string, at: number, end: number): Fact[] => [
  sip(callId, at, 'INVITE', 0, { cseq: 2, branch: 'again' }),
  sip(callId, at + 1, 'INVITE', 200, { cseq: 2, branch: 'again', toTag: 'b' }),
  sip(callId, end, 'BYE', 0, { cseq: 3, toTag: 'b' }),
];

test('a challenge whose INVITE with the password is overtaken by seconds is a call and no security event', () => {
  expect(
    played([
      [0, ...refused('x', 0)],
      [3, ...withPassword('x', 0.05, 2)],
    ]),
  ).toMatchObject({ calls: [{ result: 'answered' }], security: 0 });
  expect(played([[0, ...refused('x', 0)]])).toEqual({ calls: [], security: 1, open: 0, looks: expect.any(Number) });
});

test('an attempt that is told and becomes a call before its block is cut is not in the block', () => {
  const pending = new PendingBlock();
  const row = { what: 'INVITE', user: '101', domain: 'alfa', source: '10.0.1.1', at: T0 * 1_000, tenant: 't1' };
  pending.addSecurity({ ...row, callId: 'x' });
  pending.addSecurity({ ...row, callId: 'y' });
  pending.withdrawSecurity('x');
  expect(pending.take(1, T0).security.map((r) => r.callId)).toEqual(['y']);
});

test('a challenge in a conversation waits though another of its Call-IDs is due', () => {
  const named = { replaces: 'x' };
  expect(
    played([
      [0, ...refused('x', 0), sip('y', 0, 'INVITE', 0, named), sip('y', 0.1, 'INVITE', 486)],
      [3, ...withPassword('x', 0.05, 2)],
    ]),
  ).toMatchObject({ security: 0, open: 0 });
});

test('packets behind events: a call that only they tie to a written one is found', () => {
  const second = sip('y', 9, 'INVITE', 0, { fromTag: 'c', uriUser: '102', referredBy: '101' });
  const { calls, open } = played([
    [0, said('x', 0, 'start')],
    [2, said('x', 2, 'answered', { who: '101@alfa', code: 200 })],
    [8, sip('x', 0, 'INVITE')],
    [9, said('y', 9, 'start', { dst: '102' })],
    [10, said('x', 10, 'ended', { who: 'upstream' })],
    [11, said('y', 11, 'answered', { who: '102@alfa', dst: '102', code: 200 })],
    [17, second],
    [40, said('y', 40, 'ended', { who: 'upstream', dst: '102' })],
  ]);
  expect(calls).toEqual([{ id: 'x', callIds: ['x', 'y'], result: 'answered' }]);
  expect(open).toBe(0);
});

test('the second dialog of a Call-ID ends by its own late event', () => {
  const again = { fromTag: 'b', branch: 'again', cseq: 2 };
  const { calls, open } = played([
    [0, sip('x', 0, 'INVITE')],
    [1, sip('x', 1, 'INVITE', 486)],
    [3, sip('x', 3, 'INVITE', 0, again)],
    [10.8, said('x', 0, 'start')],
    [11.8, said('x', 1, 'failed', { code: 486 })],
    [13.8, said('x', 3, 'start')],
    [16.8, said('x', 6, 'failed', { code: 486 })],
  ]);
  expect(calls.map(({ id, result }) => `${id} ${result}`)).toEqual(['x busy', 'x~2 busy']);
  expect(open).toBe(0);
});

test('a Call-ID that was done with and rings again is looked at when something is due, and not all the time', () => {
  const again = { fromTag: 'b', branch: 'again', cseq: 2 };
  const { open, looks } = played([
    [0, sip('x', 0, 'INVITE')],
    [1, sip('x', 1, 'INVITE', 486)],
    [8, sip('x', 8, 'INVITE', 0, again)],
    [9, sip('x', 9, 'INVITE', 180, again)],
  ]);
  expect(open).toBe(1);
  expect(looks).toBeLessThan(10);
});
