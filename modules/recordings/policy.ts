import type { Direction } from '@callscope/core/domain/call.ts';

/** What a company records of itself: every call, those of chosen employees, what somebody begins to record in the call, or nothing. */
export const POLICY_MODES = ['all', 'chosen', 'demand', 'none'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

/** What holds for one employee's calls: recorded by itself, when somebody begins it, never. */
export const RULES = ['all', 'demand', 'none'] as const;
export type Rule = (typeof RULES)[number];

/**
 * Kinds of calls that may be left out, as the edge tells them apart (edge.record_kind). `far`: another country, in Russia another area
 * too; 8 800 is never far.
 */
export const KINDS = ['outCity', 'outFar', 'in', 'inForwarded', 'inForwardedFar', 'internal'] as const;
export type Kind = (typeof KINDS)[number];

export interface Policy {
  mode: PolicyMode;
  /** recorded already from the offer of media: what is heard before the answer is thrown away all the same */
  fromOffer: boolean;
  /** by id: otherwise than the company */
  groups: Record<string, Rule>;
  /** by id: otherwise than their group and the company */
  employees: Record<string, Rule>;
  kinds: Record<Kind, boolean>;
  /** where the rule is `demand`, whoever talks may have their own calls recorded always */
  ownChoice: boolean;
}

const EVERY_KIND = Object.fromEntries(KINDS.map((kind) => [kind, true])) as Record<Kind, boolean>;
export const NO_POLICY: Policy = { mode: 'none', fromOffer: false, groups: {}, employees: {}, kinds: EVERY_KIND, ownChoice: false };

/** The kinds that the recording service before us recorded (checklist T-02): all but calls that are forwarded far away. */
export const CLASSIC_KINDS: Record<Kind, boolean> = { ...EVERY_KIND, inForwardedFar: false };

/** Which setting decided. */
export type DecidedBy = 'employee' | 'group' | 'chosen' | 'company' | 'wish';

export interface Person {
  id: string;
  group: string | null;
  /** ticked in the directory */
  record: boolean;
  /** they want their own calls recorded always */
  wish: boolean;
}

/** What holds for the calls of an employee; null: of nobody whom the directory knows. */
export function ruleOf(policy: Policy, person: Person | null): { rule: Rule; by: DecidedBy } {
  const told = toldRule(policy, person);
  return isLeftTo(policy, told.rule) && person?.wish ? { rule: 'all', by: 'wish' } : told;
}

/** What the company says, whatever anybody wants. */
export function toldRule(policy: Policy, person: Person | null): { rule: Rule; by: DecidedBy } {
  const own = person && policy.employees[person.id];
  if (own) return { rule: own, by: 'employee' };
  const group = person?.group ? policy.groups[person.group] : undefined;
  if (group) return { rule: group, by: 'group' };
  if (policy.mode === 'chosen') return { rule: person?.record ? 'all' : 'none', by: 'chosen' };
  return { rule: policy.mode, by: 'company' };
}

/** Whether a rule leaves it to whoever talks: what is always recorded, or never, is not for them to say. */
export function isLeftTo(policy: Pick<Policy, 'ownChoice'>, rule: Rule): boolean {
  return policy.ownChoice && rule === 'demand';
}

const KINDS_OF: Record<Direction, readonly Kind[]> = {
  in: ['in', 'inForwarded', 'inForwardedFar'],
  out: ['outCity', 'outFar'],
  internal: ['internal'],
};

/** Whether a call is surely recorded without anybody asking: where a kind that it may be of is left out, that is not sure. */
export function recordsByItself(policy: Policy, person: Person | null, direction: Direction): boolean {
  return ruleOf(policy, person).rule === 'all' && KINDS_OF[direction].every((kind) => policy.kinds[kind]);
}

/** As the edge knows it: whether it records by itself, and from when on. */
export function edgeRule(rule: Rule, { fromOffer }: Pick<Policy, 'fromOffer'>): 'none' | 'answer' | 'offer' {
  if (rule !== 'all') return 'none';
  return fromOffer ? 'offer' : 'answer';
}
