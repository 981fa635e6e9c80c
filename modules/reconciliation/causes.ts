/** What two sources of one call can disagree in; each is found by a rule of its own. */
export const CAUSES = [
  'cdr_missing',
  'accounting_not_delivered',
  'events_missing',
  'bye_missing',
  'capture_missing',
  'call_missing',
  'recording_missing',
  'recording_lost',
  'recording_orphan',
  'object_orphan',
] as const;
export type Cause = (typeof CAUSES)[number];

/** What cannot be said once the packets of a day are gone. */
export const NEEDS_CAPTURE: readonly Cause[] = ['bye_missing', 'capture_missing', 'events_missing'];

/** For REST and its documentation, in English. */
export const CAUSE_MEANING: Record<Cause, string> = {
  cdr_missing: 'answered, its events came, its accounting record did not',
  accounting_not_delivered: 'an accounting row of the edge that ingest has not confirmed',
  events_missing: 'its packets were captured, and the edge, which tells of other calls, told nothing of it',
  bye_missing: 'answered and captured, without a BYE',
  capture_missing: 'no packet of it, though other calls of the company were captured',
  call_missing: 'captured as answered, or accounted for, and no call was made of it',
  recording_missing: 'was to be recorded and was not',
  recording_lost: 'has a recording whose object the archive does not have, or has in another length',
  recording_orphan: 'a recording of which there is no call',
  object_orphan: 'an object of the archive that no recording names',
};

/** One of what was found. */
export interface Finding {
  cause: Cause;
  /** '': of no company */
  tenant: string;
  /** id of the conversation, or a Call-ID of which there is none; '': not known */
  callId: string;
  /** ms since the epoch */
  at: number | null;
  /** key of an object, or what is known beside */
  detail: string;
}

/** Of each cause the list has so many; the count is of all. */
export const MOST_LISTED = 200;

/** Counts everything and keeps the first of each cause. */
export class Findings {
  readonly counts: Partial<Record<Cause, number>> = {};
  readonly list: Finding[] = [];

  add(finding: Finding): void {
    const count = (this.counts[finding.cause] ?? 0) + 1;
    this.counts[finding.cause] = count;
    if (count <= MOST_LISTED) this.list.push(finding);
  }

  /** Some that were counted elsewhere, with the first of them. */
  addCounted(cause: Cause, count: number, first: readonly Finding[]): void {
    if (count === 0) return;
    this.counts[cause] = (this.counts[cause] ?? 0) + count;
    this.list.push(...first.slice(0, MOST_LISTED));
  }
}
