import type { CallNews } from '@callscope/core/bus/calls.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { expect, test } from 'vitest';
import { missedBy, tellsOf } from './rules.ts';

const NOW = 1_795_000_000_000;
const row = (id: string, more: Partial<CallRow> = {}): CallRow =>
  ({
    ...{ tenant: 't1', id, direction: 'in', result: 'no_answer', missedKind: 'not_taken', from: '79830002714', number: '73910000122' },
    ...{ startedAt: (NOW - 30_000) * 1_000, endedAt: (NOW - 4_000) * 1_000, revision: 1 },
    ...more,
  }) as CallRow;
const finished = (id: string, more?: Partial<CallRow>): CallNews => ({ what: 'finished', row: row(id, more) });

test('missed calls are told by company, others are not, and nobody is told of what is long over', () => {
  const news = [
    ...[finished('a'), finished('b', { tenant: 't2' }), finished('c', { result: 'answered', missedKind: '' })],
    ...[
      finished('d', { direction: 'out' }),
      finished('e', { endedAt: (NOW - 3_600_001) * 1_000 }),
      finished('f', { tenant: 'unassigned' }),
    ],
  ];
  const by = missedBy(news, NOW);
  expect([...by.keys()]).toEqual(['t1', 't2']);
  expect(by.get('t1')?.missed.map(({ id }) => id)).toEqual(['a']);
  expect(by.get('t1')?.over).toEqual(['c', 'd']);
  expect(by.get('t1')?.missed[0]?.facts).toEqual({
    ...{ from: '79830002714', number: '73910000122', startedAt: NOW - 30_000, endedAt: NOW - 4_000, missedKind: 'not_taken' },
  });
});

test('the last word of a call counts: one that somebody took after all, or that became part of another, is not told', () => {
  const taken: CallNews = { what: 'revised', row: row('a', { result: 'answered', missedKind: '', revision: 2 }) };
  const joined: CallNews = { what: 'removed', row: row('b'), into: 'x' };
  expect(missedBy([finished('a'), finished('b'), taken, joined], NOW).get('t1')).toEqual({ missed: [], over: ['a', 'b'] });
});

test('a rule is about its numbers and kinds', () => {
  const facts = { from: '', number: '73910000122', startedAt: 0, endedAt: 0, missedKind: 'busy_hit' } as const;
  expect(tellsOf({ numbers: null, kinds: null }, facts)).toBe(true);
  expect(tellsOf({ numbers: ['73910000122'], kinds: ['busy_hit', 'not_taken'] }, facts)).toBe(true);
  expect(tellsOf({ numbers: ['73910000999'], kinds: null }, facts)).toBe(false);
  expect(tellsOf({ numbers: null, kinds: ['out_of_hours'] }, facts)).toBe(false);
});
