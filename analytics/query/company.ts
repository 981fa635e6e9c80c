import type { Within } from '@callscope/core/domain/reach.ts';
import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { TargetCall } from '@callscope/core/domain/target-call.ts';
import type { HoursVersion } from './hours.ts';

/** What the meaning of a filter depends on besides itself. */
export interface Company {
  /** IANA time zone */
  zone: string;
  /** ISO 3166 code: how numbers are spelled */
  country: string;
  /** thresholds and switches that figures depend on */
  rules: FigureRules;
  /** what a target call is; a question that needs it does not run without */
  target?: TargetCall;
  /** whoever asks sees only these calls; set by analytics/run from the TenantScope */
  within?: Within;
  /** what the words of the filter stand for in this company; given where a filter uses them */
  means?: Meanings;
}

/** What a company's settings and directory say that a filter speaks of by name. */
export interface Meanings {
  /** for `hours`: oldest first */
  schedule?: readonly HoursVersion[];
  /** for `channel`: own numbers as calls have them, by the channel that the directory gives them */
  channels?: Readonly<Record<string, readonly string[]>>;
  /** for `project`: what whoever is given it sees, by its id */
  projects?: Readonly<Record<string, Within>>;
  /** for `said`: ids of the calls in whose recordings it was said; `many`: of more than can be named to the store */
  said?: readonly string[] | 'many';
  /** for parts of numbers, where those that fit are few; not needed (run/known-numbers.ts) */
  numbers?: KnownNumbers;
}

/** Fields of a filter in which people write parts of numbers. */
export type Searched = 'caller' | 'dialled' | 'answeredBy' | 'text';
/** The company's numbers that a part fits, by the field it was written into, with what was written there. */
export type KnownNumbers = Partial<Record<Searched, { typed: string; found: readonly string[] }>>;
