import { expect, test } from 'vitest';
import { CLASSIC_KINDS, edgeRule, KINDS, NO_POLICY, type Policy, recordsByItself, ruleOf } from './policy.ts';

const person = { id: 'e101', group: 'sales', record: true, wish: false };
const policy = (change: Partial<Policy>): Policy => ({ ...NO_POLICY, ...change });

test.each([
  ['all', person, 'all', 'company'],
  ['demand', person, 'demand', 'company'],
  ['none', person, 'none', 'company'],
  ['chosen', person, 'all', 'chosen'],
  ['chosen', { ...person, record: false }, 'none', 'chosen'],
  ['chosen', null, 'none', 'chosen'],
  ['all', null, 'all', 'company'],
] as const)('%s', (mode, who, rule, by) => {
  expect(ruleOf(policy({ mode }), who)).toEqual({ rule, by });
});

test('an employee before the group, the group before the company', () => {
  const both = policy({ mode: 'all', groups: { sales: 'none' }, employees: { e101: 'demand' } });
  expect(ruleOf(both, person)).toEqual({ rule: 'demand', by: 'employee' });
  expect(ruleOf(both, { ...person, id: 'e102' })).toEqual({ rule: 'none', by: 'group' });
  expect(ruleOf(both, { ...person, id: 'e103', group: null })).toEqual({ rule: 'all', by: 'company' });
});

test('what is surely recorded without anybody asking', () => {
  const all = policy({ mode: 'all' });
  expect(recordsByItself(all, person, 'in')).toBe(true);
  expect(recordsByItself(policy({ mode: 'demand' }), person, 'in')).toBe(false);
  const classic = policy({ mode: 'all', kinds: CLASSIC_KINDS });
  expect((['in', 'out', 'internal'] as const).map((direction) => recordsByItself(classic, person, direction))).toEqual([false, true, true]);
});

test('the edge records by itself what is recorded always', () => {
  expect((['all', 'demand', 'none'] as const).map((rule) => edgeRule(rule, { fromOffer: true }))).toEqual(['offer', 'none', 'none']);
  expect(edgeRule('all', { fromOffer: false })).toBe('answer');
});

test('as the service before us: all kinds but what is forwarded far away (T-02)', () => {
  expect(KINDS.filter((kind) => !CLASSIC_KINDS[kind])).toEqual(['inForwardedFar']);
});

test('«Записывать всегда» makes always of on request, where it is left to whoever talks, and never overrides a group (T-39, A-30)', () => {
  const wishes = { ...person, wish: true };
  expect(ruleOf(policy({ mode: 'demand', ownChoice: true }), wishes)).toEqual({ rule: 'all', by: 'wish' });
  expect(ruleOf(policy({ mode: 'demand' }), wishes)).toEqual({ rule: 'demand', by: 'company' });
  expect(ruleOf(policy({ mode: 'none', ownChoice: true }), wishes)).toEqual({ rule: 'none', by: 'company' });
  expect(ruleOf(policy({ mode: 'demand', ownChoice: true, groups: { sales: 'all' } }), { ...wishes, wish: false })).toEqual({
    rule: 'all',
    by: 'group',
  });
});
