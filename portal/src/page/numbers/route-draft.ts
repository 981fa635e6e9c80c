import type { Refusal, Rule, Shown } from '@callscope/modules/pbx/rules-route.ts';
import type { Period } from '@callscope/modules/pbx/rules-times.ts';
import { type Caller, callersIn, linesOf, patternsIn, patternsText } from './caller-text.ts';

/** A route while it is changed. What is typed stays as it was typed, also of a destination that is not chosen just now. */
export interface RouteDraft {
  /** in order; the last takes what no other took, has no conditions, and stays where it is */
  rules: readonly RuleDraft[];
  whiteList: string;
}

export interface RuleDraft {
  /** of the draft alone: a rule that is moved stays itself */
  id: number;
  name: string;
  when: readonly Period[];
  callers: string;
  kind: Rule['to']['kind'];
  extension: string;
  group: string;
  outside: string;
  shown: Shown;
  code: Refusal;
}

export const ANY_TIME: Period = { days: [], from: '00:00', to: '24:00', dates: [], calendar: 'any' };
const WORKDAYS: Period = { ...ANY_TIME, days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' };

/** @param hidden how the reader's language calls callers without number */
export function draftOf(route: { rules: readonly Rule[]; whiteList: readonly Caller[] }, hidden: string): RouteDraft {
  return {
    rules: route.rules.map(({ name, when, callers, to }, id) => ({
      ...{ id, name, when, callers: patternsText(callers, hidden), kind: to.kind },
      extension: to.kind === 'extension' ? to.value : '',
      group: to.kind === 'group' ? to.value : '',
      outside: to.kind === 'outside' ? `+${to.value}` : '',
      shown: to.kind === 'outside' ? to.shown : 'company',
      code: to.kind === 'reject' ? to.code : 603,
    })),
    whiteList: linesOf(route.whiteList, hidden),
  };
}

/** As it is sent. */
export function routeOf({ rules, whiteList }: RouteDraft, hidden: string): { rules: Rule[]; whiteList: Caller[] } {
  return { rules: rules.map((rule) => ruleOf(rule, hidden)), whiteList: callersIn(whiteList, hidden) };
}

export function ruleOf({ name, when, callers, ...to }: RuleDraft, hidden: string): Rule {
  return { name: name.trim(), when, callers: patternsIn(callers, hidden), to: destinationOf(to) };
}

function destinationOf(to: Omit<RuleDraft, 'name' | 'when' | 'callers'>): Rule['to'] {
  if (to.kind === 'reject') return { kind: 'reject', code: to.code };
  if (to.kind === 'outside') return { kind: 'outside', value: to.outside.replace(/[\s()-]/g, ''), shown: to.shown };
  return { kind: to.kind, value: to[to.kind] };
}

/** A rule more, above the one at this place, with times that are to be changed: a rule without conditions would take every call. */
export function withRule(draft: RouteDraft, at: number): RouteDraft {
  const id = Math.max(-1, ...draft.rules.map((rule) => rule.id)) + 1;
  const rule: RuleDraft = {
    ...{ id, name: '', when: [WORKDAYS], callers: '', kind: 'extension' },
    ...{ extension: '', group: '', outside: '', shown: 'company', code: 603 },
  };
  return { ...draft, rules: draft.rules.toSpliced(Math.min(at, draft.rules.length - 1), 0, rule) };
}

export function withoutRule(draft: RouteDraft, at: number): RouteDraft {
  return isLast(draft, at) ? draft : { ...draft, rules: draft.rules.toSpliced(at, 1) };
}

/** @param by -1: up, 1: down */
export function withMoved(draft: RouteDraft, at: number, by: -1 | 1): RouteDraft {
  const rule = draft.rules[at];
  if (!rule || isLast(draft, at) || at + by < 0 || isLast(draft, at + by)) return draft;
  return { ...draft, rules: draft.rules.toSpliced(at, 1).toSpliced(at + by, 0, rule) };
}

export function withChanged(draft: RouteDraft, at: number, change: Partial<RuleDraft>): RouteDraft {
  return { ...draft, rules: draft.rules.map((rule, i) => (i === at ? { ...rule, ...change } : rule)) };
}

function isLast({ rules }: RouteDraft, at: number): boolean {
  return at >= rules.length - 1;
}
