import { routeForm } from '@callscope/modules/pbx/route-forms.ts';
import { describe, expect, test } from 'vitest';
import { callersIn, linesOf } from './caller-text.ts';
import { draftOf, routeOf, withMoved, withoutRule, withRule } from './route-draft.ts';
import { faultAt } from './route-faults.ts';

const HIDDEN = 'скрытый номер';
const to = (value: string) => ({ kind: 'extension' as const, value });
const rule = (name: string, value: string) => ({
  ...{ name, when: [{ days: [], from: '09:00', to: '18:00', dates: [], calendar: 'any' as const }] },
  ...{ callers: [], to: to(value) },
});
const route = {
  rules: [
    { ...rule('a', '101'), callers: ['7495*', 'hidden', '79161234567'] },
    { ...rule('b', '102'), to: { kind: 'outside' as const, value: '79035550001', shown: 'caller' as const } },
    { name: '', when: [], callers: [], to: { kind: 'reject' as const, code: 486 as const } },
  ],
  whiteList: [
    { pattern: '79161234567', comment: 'директор' },
    { pattern: 'hidden', comment: '' },
  ],
};

describe('a route while it is changed', () => {
  test('what is not touched is sent as it was read, numbers with + before the country code', () => {
    expect(routeOf(draftOf(route, HIDDEN), HIDDEN)).toEqual({
      rules: [
        { ...route.rules[0], callers: ['7495*', 'hidden', '+79161234567'] },
        { ...route.rules[1], to: { kind: 'outside', value: '+79035550001', shown: 'caller' } },
        route.rules[2],
      ],
      whiteList: [{ pattern: '+79161234567', comment: 'директор' }, route.whiteList[1]],
    });
    expect(routeForm.safeParse(routeOf(draftOf(route, HIDDEN), HIDDEN)).success).toBe(true);
  });

  test('the rule for all other calls stays the last, whatever is moved, inserted or taken away', () => {
    const draft = draftOf(route, HIDDEN);
    const names = ({ rules }: typeof draft) => rules.map(({ name, kind }) => name || kind);
    expect(names(withMoved(draft, 0, 1))).toEqual(['b', 'a', 'reject']);
    expect(withMoved(draft, 0, -1)).toBe(draft);
    expect(withMoved(draft, 1, 1)).toBe(draft);
    expect(withMoved(draft, 2, -1)).toBe(draft);
    expect(withoutRule(draft, 2)).toBe(draft);
    expect(names(withoutRule(draft, 0))).toEqual(['b', 'reject']);
    const more = withRule(draft, 9);
    expect(names(more)).toEqual(['a', 'b', 'extension', 'reject']);
    expect(new Set(more.rules.map(({ id }) => id)).size).toBe(4);
  });

  test('callers are read from lines as people type and paste them', () => {
    const list = callersIn('8 (916) 123-45-67; спам\n\n 7495*\tреклама\nСкрытый номер\nанна', HIDDEN);
    expect(list).toEqual([
      { pattern: '8 (916) 123-45-67', comment: 'спам' },
      { pattern: '7495*', comment: 'реклама' },
      { pattern: 'hidden', comment: '' },
      { pattern: 'анна', comment: '' },
    ]);
    expect(callersIn(linesOf(list, HIDDEN), HIDDEN)).toEqual(list);
  });

  test('what the form or the store refuses is said beside the field of the rule', () => {
    const faults = (given: object) => (routeForm.safeParse(given).error?.issues ?? []).map(({ path }) => faultAt(path));
    const period = { from: '09:00', to: '09:00' };
    expect(faults({ rules: [{ when: [period], callers: ['анна'], to: to('1') }], whiteList: [{ pattern: 'анна' }] })).toEqual([
      { rule: 0, part: 'when' },
      { rule: 0, part: 'callers' },
      { rule: null, part: 'whiteList' },
    ]);
    expect(faults({ rules: [] })).toEqual([{ rule: null, part: 'rules' }]);
    expect(faultAt('rules.1.to.value'.split('.'))).toEqual({ rule: 1, part: 'to' });
    expect(faultAt('rules.1'.split('.'))).toEqual({ rule: 1, part: 'rule' });
  });
});
