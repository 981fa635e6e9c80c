import { isHidden } from '@callscope/core/domain/hidden.ts';
import { expect, test } from 'vitest';
import { type CaseCall, type CaseOfCalls, casesOf, decidedAt, partyOf } from './rules.ts';

const NUMBER = '79130001122';
const SECOND = 1_000_000;
let made = 0;

/** A call that begins at a second, and is answered or ends some seconds later. */
function call(direction: 'in' | 'out', at: number, answered: boolean, more: Partial<CaseCall> = {}): CaseCall {
  const decided = (at + 10) * SECOND;
  return {
    ...{ id: `c${made++}`, direction, from: direction === 'in' ? NUMBER : '101', dialled: direction === 'in' ? '74951000101' : NUMBER },
    ...{ number: '74951000101', employee: direction === 'out' || answered ? 'e1' : '', offered: direction === 'in' ? ['e1'] : [] },
    ...{ group: 'g1' },
    ...{ startedAt: at * SECOND, answeredAt: answered ? decided : 0, endedAt: answered ? decided + 60 * SECOND : decided },
    ...more,
  };
}
const missed = (at: number, more: Partial<CaseCall> = {}) => call('in', at, false, more);
const single = (calls: CaseCall[]): CaseOfCalls => {
  const cases = casesOf(NUMBER, calls);
  expect(cases).toHaveLength(1);
  return cases[0] as CaseOfCalls;
};

test('several missed calls while a case is open are one', () => {
  const calls = [missed(0, { offered: ['e1', ''] }), missed(100, { offered: ['e2', 'e1'], number: '74951000102', group: 'g2' })];
  expect(single(calls)).toMatchObject({
    ...{ id: calls[0]?.id, outcome: 'open', missedCalls: calls.map((c) => c.id), offered: ['e1', 'e2'], ownNumber: '74951000102' },
    ...{ ownNumbers: ['74951000101', '74951000102'], groups: ['g1', 'g2'] },
    ...{ openedAt: 0, waitingFrom: 10 * SECOND, lastMissedAt: 100 * SECOND, attempts: 0, firstAttemptAt: 0 },
  });
});

test('a call back that nobody answers is an attempt, and one that is answered closes the case', () => {
  const tried = [missed(0), call('out', 100, false, { employee: 'e2' }), call('out', 200, false)];
  expect(single(tried)).toMatchObject({ outcome: 'open', attempts: 2, attemptedBy: ['e2', 'e1'], firstAttemptAt: 100 * SECOND });
  const back = call('out', 300, true, { employee: 'e3' });
  expect(single([...tried, back])).toMatchObject({
    ...{ outcome: 'calledBack', attempts: 3, closedCall: back.id, closedBy: 'e3', closedAt: 310 * SECOND },
    ...{ firstAttemptAt: 100 * SECOND, lastAttemptAt: 300 * SECOND },
  });
});

test('the caller who gets through closes it, and the next missed call opens another', () => {
  const calls = [missed(0), call('in', 50, true), missed(200)];
  expect(casesOf(NUMBER, calls).map((c) => [c.outcome, c.missedCalls.length])).toEqual([
    ['gotThrough', 1],
    ['open', 1],
  ]);
});

test('whoever is missed while we are calling them and then answers has been called back', () => {
  const ours = call('out', 0, true, { answeredAt: 30 * SECOND, endedAt: 90 * SECOND });
  const theirs = missed(5);
  // an answer counts when it comes, a missed call when it ends
  expect(decidedAt(theirs)).toBeLessThan(decidedAt(ours));
  expect(single([ours, theirs])).toMatchObject({ outcome: 'calledBack', attempts: 1, firstAttemptAt: decidedAt(theirs) });
});

test('a hidden number is a case a call, which nothing closes', () => {
  const cases = casesOf(
    'anonymous',
    [missed(0), missed(100), call('in', 200, true)].map((c) => ({ ...c, from: 'anonymous' })),
  );
  expect(cases.map((c) => [c.number, c.outcome, c.missedCalls.length])).toEqual([
    ['', 'open', 1],
    ['', 'open', 1],
  ]);
  expect(['', 'Anonymous', 'x'.repeat(65), '7\0'].every(isHidden)).toBe(true);
  expect(isHidden('101')).toBe(false);
});

test('internal calls, and ours to nowhere, are of nobody outside', () => {
  expect(partyOf({ direction: 'internal', from: '101', dialled: '102' })).toBeNull();
  expect(partyOf({ direction: 'out', from: '101', dialled: '' })).toBeNull();
  expect(partyOf({ direction: 'in', from: 'anonymous', dialled: '74951000101' })).toBe('');
  expect(partyOf({ direction: 'out', from: '101', dialled: NUMBER })).toBe(NUMBER);
});

/** Seeded, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function history(next: (below: number) => number): CaseCall[] {
  return Array.from({ length: next(14) }, () => {
    const at = next(40) * 30;
    const made = call(next(3) === 0 ? 'out' : 'in', at, next(3) === 0, { employee: ['', 'e1', 'e2'][next(3)] ?? '' });
    const ringing = (1 + next(90)) * SECOND;
    const decided = made.startedAt + ringing;
    return { ...made, answeredAt: made.answeredAt > 0 ? decided : 0, endedAt: decided + (made.answeredAt > 0 ? 60 * SECOND : 0) };
  });
}

/** Another way to say it: missed calls with the same first success after them are one case. */
function oracle(calls: readonly CaseCall[]) {
  const rank = new Map(
    [...calls].sort((a, b) => decidedAt(a) - decidedAt(b) || a.startedAt - b.startedAt || a.id.localeCompare(b.id)).map((c, i) => [c, i]),
  );
  const at = (c: CaseCall) => rank.get(c) as number;
  const isMissed = (c: CaseCall) => c.direction === 'in' && c.answeredAt === 0;
  const inOrder = [...calls].sort((a, b) => at(a) - at(b));
  const groups = new Map<CaseCall | null, CaseCall[]>();
  for (const miss of inOrder.filter(isMissed)) {
    const success = inOrder.find((c) => c.answeredAt > 0 && at(c) > at(miss)) ?? null;
    groups.set(success, [...(groups.get(success) ?? []), miss]);
  }
  return [...groups].map(([success, misses]) => {
    const first = misses[0] as CaseCall;
    const last = success === null ? Number.POSITIVE_INFINITY : at(success);
    const tries = inOrder.filter((c) => c.direction === 'out' && at(c) > at(first) && at(c) <= last);
    return {
      id: first.id,
      missed: misses.map((c) => c.id),
      tries: tries.length,
      outcome: success === null ? 'open' : success.direction === 'out' ? 'calledBack' : 'gotThrough',
      firstTry: tries.length === 0 ? 0 : Math.min(...tries.map((c) => Math.max(c.startedAt, first.endedAt))),
      closedAt: success?.answeredAt ?? 0,
    };
  });
}

test('whatever the calls and in whatever order: cases are what an independent reading says, and they add up', () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const next = random(seed);
    const calls = history(next);
    const shuffled = [...calls].sort(() => next(3) - 1);
    const cases = casesOf(NUMBER, shuffled);
    expect(
      cases.map((c) => ({
        ...{ id: c.id, missed: c.missedCalls, tries: c.attempts, outcome: c.outcome },
        ...{ firstTry: c.firstAttemptAt, closedAt: c.closedAt },
      })),
      `seed ${seed}`,
    ).toEqual(oracle(calls));
    const of = (outcome: string) => cases.filter((c) => c.outcome === outcome);
    const misses = calls.filter((c) => c.direction === 'in' && c.answeredAt === 0).length;
    expect(
      cases.reduce((sum, c) => sum + c.missedCalls.length, 0),
      `seed ${seed}`,
    ).toBe(misses);
    expect(of('calledBack').length + of('gotThrough').length + of('open').length, `seed ${seed}`).toBe(cases.length);
    // never two open, and the open one is the last
    expect(of('open').length, `seed ${seed}`).toBeLessThanOrEqual(1);
    if (of('open').length === 1) expect(cases.at(-1)?.outcome, `seed ${seed}`).toBe('open');
  }
});
