import { phonePrefixes } from '@callscope/core/domain/phone-prefix.ts';
import { plainNumber } from './forms.ts';
import type { ListForm, RuleForm } from './route-forms.ts';
import { HIDDEN } from './rules-callers.ts';
import type { Destination, Refusal, Rule, Shown } from './rules-route.ts';
import type { Period } from './rules-times.ts';

/** A rule of an own number in its table. */
export interface RuleRow {
  number: string;
  tenant: string;
  position: number;
  name: string;
  times: Period[];
  callers: string[];
  kind: Destination['kind'];
  value: string;
  shown: Shown;
  code: number;
}

export interface ListRow {
  tenant: string;
  number: string | null;
  pattern: string;
  comment: string;
}

/** @param number international digits @param country in whose spelling numbers without country code are */
export function ruleRows(tenant: string, country: string, number: string, rules: readonly RuleForm[]): RuleRow[] {
  return rules.map(({ name, when, callers, to }, position) => ({
    ...{ number, tenant, position, name, times: when, kind: to.kind },
    callers: callers.map((pattern) => plainPattern(pattern, country)),
    value: to.kind === 'reject' ? '' : to.kind === 'outside' ? plainNumber(to.value, country) : to.value,
    shown: to.kind === 'outside' ? to.shown : 'company',
    code: to.kind === 'reject' ? to.code : 0,
  }));
}

/** @param number whose white list it is; null: the company's black list */
export function listRows(tenant: string, country: string, number: string | null, list: ListForm): ListRow[] {
  const rows = list.map(({ pattern, comment }) => ({ tenant, number, pattern: plainPattern(pattern, country), comment }));
  // one number in two spellings is one
  return [...new Map(rows.map((row) => [row.pattern, row])).values()];
}

export function ruleOfRow({ name, times, callers, kind, value, shown, code }: RuleRow): Rule {
  const to: Destination =
    kind === 'reject' ? { kind, code: code as Refusal } : kind === 'outside' ? { kind, value, shown } : { kind, value };
  return { name, when: times, callers, to };
}

/** 8 (495) 100* in RU → 7495100*, as callers are compared. */
function plainPattern(typed: string, country: string): string {
  if (typed === HIDDEN) return typed;
  if (!typed.includes('*')) return plainNumber(typed, country);
  const star = typed.indexOf('*');
  return `${phonePrefixes(typed.slice(0, star), country).at(-1)}${typed.slice(star).replace(/[^\d*]/g, '')}`;
}
