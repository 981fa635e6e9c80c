import type { CallRow } from '@callscope/core/domain/call.ts';
import { expect, test } from 'vitest';
import { journalRow } from './rows.ts';

const at = (seconds: number) => (1_795_000_000 + seconds) * 1_000_000;
const leg = (target: string, from: number, rang: boolean, result: CallRow['result'], sipCode: number) => ({
  ...{ target, employee: `e${target}`, startedAt: at(from), result, sipCode, rang },
});
const call: CallRow = {
  ...{ tenant: 't1', id: 'a', callIds: ['a'], direction: 'in', result: 'answered', missedKind: '', from: '79830002714' },
  ...{ dialled: '73910000122', dialledRaw: '83910000122', number: '73910000122', answeredBy: '103', employee: 'e103', group: 'sales' },
  ...{ startedAt: at(0), ringingAt: at(2), answeredAt: at(26), endedAt: at(254), sipCode: 200, hangupBy: 'caller', fromHost: '' },
  ...{ dialledHost: '', edgeTenant: 't1', recordRule: 'all', source: 'events', revision: 1 },
  legs: [leg('101', 2, true, 'no_answer', 487), leg('102', 17, false, 'busy', 486), leg('103', 20, true, 'answered', 200)],
};

const NOW = at(300) / 1_000;
const row = (of: CallRow) => journalRow(of, [], NOW);

test('legs ring until the next is tried or one answers', () => {
  expect(row(call).legs.map((l) => l.rang)).toEqual([15, null, 6]);
});

test('spans are seconds, a call without an answer has no talk', () => {
  expect(row(call)).toMatchObject({ talk: 228, wait: 26, missed: false, recording: { status: 'pending', reason: null } });
  expect(row({ ...call, result: 'no_answer', answeredAt: 0, endedAt: at(30) })).toMatchObject({
    ...{ talk: 0, wait: 30, missed: true, recording: { status: 'none', reason: 'not_answered' }, answeredAt: 0 },
  });
  expect(row({ ...call, direction: 'out', result: 'busy', answeredAt: 0 }).missed).toBe(false);
});

test('of a recording its length, or why there is none', () => {
  const none = ['none', '', 'all'].map((recordRule) => row({ ...call, recordRule }).recording?.reason);
  expect(none).toEqual(['policy_off', 'not_seen_by_edge', null]);
  const segment = { status: 'ready', reason: '', startedAt: at(26) / 1_000, seconds: 228 };
  expect(journalRow(call, [segment], NOW).recording).toEqual({ status: 'ready', reason: null, seconds: 228 });
});

test('legs that are rung together ring until one answers', () => {
  const legs = [leg('101', 2, true, 'no_answer', 487), leg('102', 3, true, 'no_answer', 487), leg('103', 3, true, 'answered', 200)];
  expect(row({ ...call, legs }).legs.map((l) => l.rang)).toEqual([24, 23, 23]);
});
