import type { CallNews } from '@callscope/core/bus/calls.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import { expect, test } from 'vitest';
import { askedBy } from './candidates.ts';

const row = (id: string, more: Partial<CallRow> = {}) =>
  ({ tenant: 'a', id, direction: 'out', dialled: '79', number: '', startedAt: 100, answeredAt: 110, ...more }) as CallRow;
const finished = (id: string, more: Partial<CallRow> = {}): CallNews => ({ what: 'finished', row: row(id, more) });

test('new calls that can cost nothing, and those of companies without a contract, are not asked for', () => {
  const news = [
    finished('out'),
    finished('not answered', { answeredAt: 0 }),
    finished('in', { direction: 'in', number: '74951000101' }),
    finished('toll-free', { direction: 'in', number: '78001000101' }),
    finished('of others', { tenant: 'b' }),
  ];
  expect([...askedBy(news, new Set(['a']))].map(([tenant, { ids }]) => [tenant, [...ids]])).toEqual([['a', ['out', 'toll-free']]]);
});

test('a call that changed or went is asked for, whatever it is now, from the earlier of its beginnings on', () => {
  const news: CallNews[] = [
    { what: 'revised', row: row('r', { answeredAt: 0 }), before: { direction: 'out', from: '1', dialled: '79', startedAt: 90 } },
    { what: 'removed', row: row('g', { direction: 'internal' }), into: null },
  ];
  const asked = askedBy(news, new Set(['a'])).get('a');
  expect([[...(asked?.ids ?? [])], asked?.since]).toEqual([['r', 'g'], 90]);
});
