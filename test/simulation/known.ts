/**
 * What the product still gets wrong, so that everything else can be held to. Each line must show in a run: whoever puts a
 * thing right is told to take its line out here.
 */
import type { Verdict } from './difference.ts';
import type { Case } from './report.ts';

export interface KnownBug {
  what: string;
  /** whether this difference of the case is that bug */
  shows(difference: string, one: Case, verdict: Verdict): boolean;
}

export const KNOWN: readonly KnownBug[] = [];

/** @returns differences that no known bug explains; `seen` gets the bugs that show */
export function unexplained(one: Case, verdict: Verdict, seen: Set<KnownBug>): string[] {
  return verdict.differences.filter((difference) => {
    const bug = KNOWN.find((k) => k.shows(difference, one, verdict));
    if (bug) seen.add(bug);
    return bug === undefined;
  });
}
