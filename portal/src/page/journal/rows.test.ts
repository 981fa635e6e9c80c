import type { CallLine } from '@callscope/core/domain/call.ts';
import { expect, test } from 'vitest';
import { journalRow } from './rows.ts';

const at = (seconds: number) => (1_795_000_000 + seconds) * 1_000_000;
const call: CallLine = {
  ...{ tenant: 't1', id: 'a', direction: 'in', result: 'answered', missedKind: '', from: '79830002714' },
  ...{ dialled: '73910000122', number: '73910000122', answeredBy: '103', employee: 'e103', group: 'sales' },
  ...{ startedAt: at(0), ringingAt: at(2), answeredAt: at(26), endedAt: at(254), sipCode: 200, hangupBy: 'caller' },
  recordRule: 'all',
  trunk: '',
};

const NOW = at(300) / 1_000;
const row = (of: CallLine) => journalRow(of, [], NOW);

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
