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

test('legs ring until the next is tried or one answers', () => {
  expect(journalRow(call).legs.map((l) => l.rang)).toEqual([15, null, 6]);
});

test('spans are seconds, a call without an answer has no talk', () => {
  expect(journalRow(call)).toMatchObject({ talk: 228, wait: 26, missed: false, recording: 'pending' });
  expect(journalRow({ ...call, result: 'no_answer', answeredAt: 0, endedAt: at(30) })).toMatchObject({
    ...{ talk: 0, wait: 30, missed: true, recording: 'unanswered', answeredAt: 0 },
  });
  expect(journalRow({ ...call, direction: 'out', result: 'busy', answeredAt: 0 }).missed).toBe(false);
});

test('what is known of the recording is the rule', () => {
  expect(['none', '', 'all'].map((recordRule) => journalRow({ ...call, recordRule }).recording)).toEqual(['policy', 'unknown', 'pending']);
});

test('legs that are rung together ring until one answers', () => {
  const legs = [leg('101', 2, true, 'no_answer', 487), leg('102', 3, true, 'no_answer', 487), leg('103', 3, true, 'answered', 200)];
  expect(journalRow({ ...call, legs }).legs.map((l) => l.rang)).toEqual([24, 23, 23]);
});
